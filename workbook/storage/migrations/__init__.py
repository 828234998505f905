"""Alembic's migrations of the store file, packaged with the workbook."""

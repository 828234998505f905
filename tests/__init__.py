"""The tests. A package by name, because some library installs one called ``tests`` as well."""

"""What a study has. ``study`` says what it tells people, ``study_key`` what they seal to, ``setting_up``
makes both. ``preview`` tells beforehand what would be given; ``given`` puts it into each person's ``blob``,
as ``earlier`` does with what older versions left open. ``collected`` opens all of them, ``dataset`` under
made-up ids for the researcher, who types a passphrase or names a ``passphrase_file``.
"""

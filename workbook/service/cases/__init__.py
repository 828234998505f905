"""What a therapist has: ``therapists`` keeps their accounts, ``grants`` what couples let them read."""

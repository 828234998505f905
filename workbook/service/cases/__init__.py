"""What a therapist has: ``therapists`` keeps their accounts, and what couples grant them to read."""

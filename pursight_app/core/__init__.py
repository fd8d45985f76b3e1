"""What every layer may use: settings, database, errors, queue, events, secrets, clock."""

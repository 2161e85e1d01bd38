"""What every package stands on: ids, errors, time, settings; then database, events, blobs, jobs and telemetry."""

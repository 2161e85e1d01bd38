"""Cases: signals that a person should look at. Nothing here pauses, rejects or lowers pay; a person decides."""

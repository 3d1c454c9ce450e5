"""Settings: where things lie and how the service is run."""

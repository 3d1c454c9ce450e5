"""What users say of the service: the form of the application, a Slack channel, a mailbox.

Convention: a source is read from where it was read up to; whether it could be read is a fact beside its items. "No complaints" is only
said where everything was read.
"""

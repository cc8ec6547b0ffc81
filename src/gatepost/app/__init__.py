"""The only place that names concrete classes: settings in, object graph out."""

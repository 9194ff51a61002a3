"""The suite of the flow engine: twins of small handlers, one with a defect and one without."""

"""The register of a month as schools print it: pupils by days, with what it comes to."""

"""Where the chart speaks about a finding."""

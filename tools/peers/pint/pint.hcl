checks {
  disabled = [
    # It looks at names only: every objective records the same names under labels of its own, so each would seem
    # to read the others'. Within an objective the one group that reads another's series reads it by ranges.
    "rule/dependency",
    # The condition of an alert is recorded, and has a series only while it holds; the alert holds it by
    # `max_over_time`, because `keep_firing_for` is lost when Prometheus restarts.
    "alerts/comparison",
  ]
}

package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MergedMetricsTest {
  @Test
  void eachMetricStandsOnceWithTheSamplesOfAll() {
    String planner =
        """
        # HELP up_seconds since the start
        # TYPE up_seconds gauge
        up_seconds{service="planner"} 1.0
        # HELP lines_total lines
        # TYPE lines_total counter
        lines_total{service="planner"} 7.0
        """;
    String log =
        """
        # TYPE lines_total counter
        lines_total{service="log"} 9.0
        # HELP up_seconds since the start
        # TYPE up_seconds gauge
        up_seconds{service="log"} 2.0
        """;

    assertThat(MergedMetrics.merge(List.of(planner, log)))
        .isEqualTo(
            """
            # HELP up_seconds since the start
            # TYPE up_seconds gauge
            up_seconds{service="planner"} 1.0
            up_seconds{service="log"} 2.0
            # HELP lines_total lines
            # TYPE lines_total counter
            lines_total{service="planner"} 7.0
            lines_total{service="log"} 9.0
            """);
  }
}

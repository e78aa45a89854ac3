package dev.archway.planner.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
  @ParameterizedTest
  @CsvSource({
    // 2026-01-01 is a Thursday.
    "false,0 4 * * *,2026-01-01T00:00:00Z,2026-01-01T04:00:00Z",
    "false,0 4 * * 1,2026-01-01T00:00:00Z,2026-01-05T04:00:00Z",
    "false,0 4 * * 7,2026-01-01T00:00:00Z,2026-01-04T04:00:00Z",
    "false,0 4 13 * 5,2026-01-01T00:00:00Z,2026-01-02T04:00:00Z",
    "false,0 4 3 * 1,2026-01-01T00:00:00Z,2026-01-03T04:00:00Z",
    "false,*/15 * * * *,2026-01-01T00:00:00Z,2026-01-01T00:15:00Z",
    "true,0 0 4 * * ?,2026-01-01T00:00:00Z,2026-01-01T04:00:00Z",
    "true,0 0 4 ? * 2,2026-01-01T00:00:00Z,2026-01-05T04:00:00Z",
    "true,0 0 4 ? * 2 *,2026-01-01T00:00:00Z,2026-01-05T04:00:00Z",
    "true,0 0 4 ? * MON-FRI,2026-01-02T05:00:00Z,2026-01-05T04:00:00Z",
    "true,0 0 4 ? * 6L,2026-01-01T00:00:00Z,2026-01-30T04:00:00Z",
    "true,0 0 4 ? * 6#2,2026-01-01T00:00:00Z,2026-01-09T04:00:00Z",
    "true,30 0/5 * * * ?,2026-01-01T00:00:00Z,2026-01-01T00:00:30Z"
  })
  void theNextTimeIsThatOfCron(boolean quartz, String expression, Instant from, Instant next) {
    assertThat(Schedule.of(expression, quartz, ZoneOffset.UTC).after(from)).contains(next);
  }

  @Test
  void hoursAreThoseOfTheZone() {
    assertThat(
            Schedule.of("0 4 * * *", false, ZoneId.of("Asia/Tokyo"))
                .after(Instant.parse("2026-01-01T00:00:00Z")))
        .contains(Instant.parse("2026-01-01T19:00:00Z"));
  }

  @ParameterizedTest
  @CsvSource({"false,0 0 4 * * ?", "true,0 4 * * *", "false,61 * * * *", "true,0 0 4 * * ? 2030"})
  void whatIsNoExpressionIsToldAtOnce(boolean quartz, String expression) {
    assertThatThrownBy(() -> Schedule.of(expression, quartz, ZoneOffset.UTC))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

package dev.archway.executor.runtime;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Lengths of time in messages. */
public final class Times {
  private Times() {}

  /** As a pipeline writes it, to the second: {@code 1h30m}. */
  public static String text(Duration time) {
    Duration seconds = time.plusMillis(500).truncatedTo(ChronoUnit.SECONDS);
    return seconds.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
  }
}

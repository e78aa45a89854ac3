package dev.archway.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What every subcommand says the same way. */
final class Commands {
  private Commands() {}

  /** The command above; picocli has set it before it calls a subcommand. */
  static ArchwayCommand parent(@Nullable ArchwayCommand archway) {
    if (archway == null) {
      throw new IllegalStateException("picocli has not set the parent command");
    }
    return archway;
  }

  /** Stores a YAML document; every finding is a line of the failure. */
  static <T> T put(ArchwayCommand archway, String path, String yaml, Class<T> type) {
    try {
      return archway.server().put(path, yaml, type);
    } catch (Server.RefusedException e) {
      throw new CommandException(
          ExitCode.REFUSED,
          e.document().problems().stream()
              .map(problem ->
                  "line %d, column %d: %s: %s"
                      .formatted(
                          problem.line(), problem.column(), problem.path(), problem.message()))
              .toList());
    }
  }

  /** {@code 1.2 s} or {@code 3 min 5 s}; {@code -} when it has not begun or not ended. */
  static String between(@Nullable Instant start, @Nullable Instant end) {
    if (start == null || end == null) {
      return "-";
    }
    return text(Duration.between(start, end));
  }

  static String text(Duration time) {
    return time.toMinutes() > 0
        ? "%d min %d s".formatted(time.toMinutes(), time.toSecondsPart())
        : String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
  }
}

package dev.archway.connector;

import dev.archway.contract.failure.Problem;
import java.nio.file.Path;

/**
 * What is wrong in a connector's file.
 *
 * @param problem its place, code and message; never holds a secret's value
 */
public record ConnectorFinding(Path file, Problem problem) {
  /** {@code file:line:column: severity code path: message}, one line. */
  @Override
  public String toString() {
    return "%s:%d:%d: %s %s %s: %s"
        .formatted(
            file,
            problem.line(),
            problem.column(),
            problem.severity().name().toLowerCase(java.util.Locale.ROOT),
            problem.code(),
            problem.path(),
            problem.message());
  }
}

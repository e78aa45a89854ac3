package dev.archway.contract.failure;

/**
 * A finding in what a user wrote, at its place.
 *
 * @param severity {@link Severity#ERROR} keeps the pipeline from starting
 * @param path where in the document, such as {@code pipeline.stages[0].stage.spec.platforms[1]};
 *     empty for the document
 * @param line counted from 1; 0 when there is no place (such as a missing input)
 * @param column counted from 1; 0 when there is no place
 * @param code stable and for programs, such as {@code unknown-connector}
 * @param message what was found, what was expected, what to do
 */
public record Problem(
    Severity severity, String path, int line, int column, String code, String message) {
  /** How much a finding weighs. */
  public enum Severity {
    ERROR,
    WARNING
  }

  /** {@code line:column severity code path: message}, one line. */
  @Override
  public String toString() {
    return "%d:%d %s %s %s: %s"
        .formatted(
            line, column, severity.name().toLowerCase(java.util.Locale.ROOT), code, path, message);
  }
}

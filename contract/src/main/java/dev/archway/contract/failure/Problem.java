package dev.archway.contract.failure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A finding in what a user wrote, at its place.
 *
 * @param severity {@link Severity#ERROR} keeps the pipeline from starting
 * @param path where in the document, such as {@code pipeline.stages[0].stage.spec.platforms[1]};
 *     empty for the document
 * @param line counted from 1; 0 when there is no place (such as a missing input)
 * @param column counted from 1; 0 when there is no place
 * @param code stable and for programs, such as {@code unknown-connector}
 * @param message what was found, what was expected, what to do; for people
 * @param found the message's first part
 * @param expected the rule; null where the message names none
 * @param suggestion what may have been meant; null when nothing is near
 */
public record Problem(
    Severity severity,
    String path,
    int line,
    int column,
    String code,
    String message,
    @Nullable String found,
    @Nullable String expected,
    @Nullable String suggestion) {
  private static final Pattern EXPECTED = Pattern.compile(" \\(expected: (.*)\\)");
  private static final Pattern SUGGESTION = Pattern.compile(" \\(did you mean \"([^\"]*)\"\\?\\)");

  /**
   * One whose parts are in its message, which has the form <i>found (did you mean "x"?) (expected:
   * rule); what to do</i>.
   */
  public Problem(
      Severity severity, String path, int line, int column, String code, String message) {
    this(
        severity,
        path,
        line,
        column,
        code,
        message,
        found(message),
        group(EXPECTED, message),
        group(SUGGESTION, message));
  }

  private static String found(String message) {
    return EXPECTED.matcher(SUGGESTION.matcher(message).replaceAll("")).replaceAll("");
  }

  private static @Nullable String group(Pattern pattern, String message) {
    Matcher matcher = pattern.matcher(message);
    return matcher.find() ? matcher.group(1) : null;
  }

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

package dev.archway.contract.report;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the JUnit reports of one step say together (Harness page "Run step settings", "Report
 * Paths"). It tells of the tests; how the step ended is told by its exit code alone.
 *
 * @param tests how many cases there are, among them the next three
 * @param failures cases of which an assertion did not hold
 * @param errors cases that broke off
 * @param skipped cases that did not run
 * @param duration the cases' own times, added up
 * @param failed the first {@value #MOST_FAILED} cases that failed or broke off
 * @param warnings reports that could not be read, and paths at which there was none
 */
public record TestReport(
    int tests,
    int failures,
    int errors,
    int skipped,
    Duration duration,
    List<FailedCase> failed,
    List<String> warnings) {
  /** As many failed cases are told one by one. */
  public static final int MOST_FAILED = 100;

  /** As many characters of a case's message are told, as in Harness. */
  public static final int LONGEST_MESSAGE = 8_000;

  public TestReport {
    failed = List.copyOf(failed);
    warnings = List.copyOf(warnings);
  }

  /**
   * A case that failed or broke off.
   *
   * @param className null when the report does not say
   * @param message why, perhaps cut; empty when the report does not say
   */
  public record FailedCase(String name, @Nullable String className, String message) {}
}

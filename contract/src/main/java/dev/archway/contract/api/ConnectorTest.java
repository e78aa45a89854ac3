package dev.archway.contract.api;

import java.util.List;

/**
 * What trying a connector showed.
 *
 * @param status the worst of the checks; {@code UNKNOWN} when some of it cannot be tried from here
 * @param checks in the order they were made; after one that failed there are no more
 */
public record ConnectorTest(Status status, List<Check> checks) {
  /** How a check went. */
  public enum Status {
    SUCCESS,
    UNKNOWN,
    FAILURE
  }

  /**
   * One check.
   *
   * @param what was tried
   * @param detail what was found, in the other side's words where it had any
   */
  public record Check(String what, Status status, String detail) {}

  public ConnectorTest {
    checks = List.copyOf(checks);
  }

  /** The result of these checks. */
  public static ConnectorTest of(List<Check> checks) {
    return new ConnectorTest(
        checks.stream().map(Check::status).reduce(Status.SUCCESS, ConnectorTest::worse), checks);
  }

  private static Status worse(Status one, Status other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}

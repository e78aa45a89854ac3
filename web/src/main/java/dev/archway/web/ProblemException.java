package dev.archway.web;

import dev.archway.contract.api.ProblemDocument;
import dev.archway.contract.failure.Problem;
import java.io.Serial;
import java.util.List;

/** Ends a request with a problem document. The detail is for the caller: no secrets, no traces. */
public final class ProblemException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient ProblemDocument document;

  /**
   * A problem with findings.
   *
   * @param status the HTTP status, 400 to 599
   * @param title the same for every problem of its kind
   * @param detail what was found, what was expected, what to do
   * @param problems all findings; empty when there are none
   */
  public ProblemException(int status, String title, String detail, List<Problem> problems) {
    super(detail);
    this.document = new ProblemDocument(null, title, status, detail, List.copyOf(problems));
  }

  /** A problem without findings. */
  public ProblemException(int status, String title, String detail) {
    this(status, title, detail, List.of());
  }

  /** The body of the answer. */
  public ProblemDocument document() {
    return document;
  }
}

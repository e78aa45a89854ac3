package dev.archway.cli;

import dev.archway.contract.status.Status;

/** What the command's exit code means. */
final class ExitCode {
  static final int SUCCESS = 0;

  /** The execution failed or expired. */
  static final int FAILED = 1;

  /** The server, or the command line, refused the request; nothing was started. */
  static final int REFUSED = 2;

  static final int ABORTED = 3;

  /** The server cannot be reached, or does not know the token. */
  static final int NO_SERVER = 4;

  private ExitCode() {}

  /** The exit code for an execution that ended so. */
  static int of(Status status) {
    return switch (status) {
      case SUCCESS, SKIPPED, IGNORE_FAILED -> SUCCESS;
      case ABORTED -> ABORTED;
      case FAILED, EXPIRED, QUEUED, RUNNING -> FAILED;
    };
  }
}

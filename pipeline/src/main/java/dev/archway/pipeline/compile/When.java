package dev.archway.pipeline.compile;

import dev.archway.pipeline.ProblemCode;

/** Takes the {@code when} that means what happens anyway: run if all went well so far. */
final class When {
  private When() {}

  static void check(Fields owner, String statusKey) {
    Fields when = owner.object("when");
    if (when == null) {
      return;
    }
    String status = when.text(statusKey);
    if (status != null && !status.equals("Success")) {
      when.error(
          statusKey,
          ProblemCode.NOT_SUPPORTED,
          "\"%s: %s\" is part of Harness's dialect, but Archway does not run it (expected: Success)"
              .formatted(statusKey, status));
    }
    when.unsupported("condition");
    when.finish();
  }
}

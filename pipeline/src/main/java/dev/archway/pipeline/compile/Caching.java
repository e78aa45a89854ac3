package dev.archway.pipeline.compile;

import dev.archway.pipeline.ProblemCode;

/**
 * Takes the {@code caching} and {@code buildIntelligence} blocks that Harness's editor writes and
 * that are switched off.
 */
final class Caching {
  private Caching() {}

  static void check(Fields owner) {
    for (String key : new String[] {"caching", "buildIntelligence"}) {
      Fields block = owner.object(key);
      if (block != null) {
        if (Boolean.TRUE.equals(block.bool("enabled"))) {
          block.warn(
              "enabled",
              ProblemCode.NOT_SUPPORTED,
              "\"%s\" is not run; the result is the same, but slower".formatted(key));
        }
        block.finish();
      }
    }
  }
}

package dev.archway.pipeline.compile;

import dev.archway.pipeline.ProblemCode;

/** Takes what Harness's editor writes of its caches, with a warning where they are switched on. */
final class Caching {
  private static final String SLOWER = "\"%s\" is not run; the result is the same, but slower";

  private Caching() {}

  /** Of a stage, where both are mappings. */
  static void ofStage(Fields stage) {
    block(stage, "caching");
    block(stage, "buildIntelligence");
  }

  /** Of a step that builds, where {@code caching} is true or false. */
  static void ofBuild(Fields build) {
    if (Boolean.TRUE.equals(build.bool("caching"))) {
      build.warn("caching", ProblemCode.NOT_SUPPORTED, SLOWER.formatted("caching"));
    }
    block(build, "buildIntelligence");
  }

  private static void block(Fields owner, String key) {
    Fields block = owner.object(key);
    if (block == null) {
      return;
    }
    if (Boolean.TRUE.equals(block.bool("enabled"))) {
      block.warn("enabled", ProblemCode.NOT_SUPPORTED, SLOWER.formatted(key));
    }
    block.finish();
  }
}

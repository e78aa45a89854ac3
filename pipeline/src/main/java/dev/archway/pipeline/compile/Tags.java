package dev.archway.pipeline.compile;

import dev.archway.contract.image.Repository;
import dev.archway.pipeline.ProblemCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tags that a plan pushes. One tag must have one origin, else the last writer would win. */
final class Tags {
  private final Map<String, String> origins = new LinkedHashMap<>();

  /** Claims tags for what {@code fields} describes; those that are taken are findings. */
  void claim(Fields fields, Repository repository, List<String> tags) {
    claim(fields, "tags", repository, tags);
  }

  /** The same, of tags that stand at {@code key}. */
  void claim(Fields fields, String key, Repository repository, List<String> tags) {
    for (String tag : tags) {
      String other = origins.putIfAbsent(repository.tagged(tag), fields.path());
      if (other != null) {
        fields.error(
            key,
            ProblemCode.TAG_CLASH,
            "%s is already pushed by %s (expected: one origin; the last one would win)"
                .formatted(repository.tagged(tag), other));
      }
    }
  }
}

package dev.archway.contract.api;

import dev.archway.contract.failure.Problem;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline, an input set or a trigger as it is kept.
 *
 * @param identifier within its project, or within its pipeline for an input set
 * @param yaml as it was written; null in lists
 * @param warnings findings that did not keep it from being stored; empty when it is read back
 */
public record StoredDocument(
    String org,
    String project,
    String identifier,
    String name,
    @Nullable String yaml,
    Instant updatedAt,
    List<Problem> warnings) {
  public StoredDocument {
    warnings = List.copyOf(warnings);
  }
}

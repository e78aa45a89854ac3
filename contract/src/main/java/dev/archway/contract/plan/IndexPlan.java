package dev.archway.contract.plan;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.Repository;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image index to publish once its parts have been pushed by this execution.
 *
 * @param id unique among the plan's stage runs and indexes
 * @param registry where to publish
 * @param repository the full repository of the parts and the index
 * @param tags the index's tags; at least one
 * @param parts at least one
 * @param after ids of the stage runs that push the parts
 * @param allowPartial true publishes the index without the parts that are missing, and the record
 *     says which
 */
public record IndexPlan(
    String id,
    Connector.DockerRegistry registry,
    Repository repository,
    List<String> tags,
    List<Part> parts,
    List<String> after,
    boolean allowPartial) {
  public IndexPlan {
    tags = List.copyOf(tags);
    parts = List.copyOf(parts);
    after = List.copyOf(after);
  }

  /**
   * One part, by the tag under which this execution pushes it.
   *
   * @param platform what the part must be of; null takes the platform of the stage that pushed it
   */
  public record Part(String tag, @Nullable Platform platform) {}
}

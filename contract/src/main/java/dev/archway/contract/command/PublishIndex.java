package dev.archway.contract.command;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.Repository;
import java.util.List;

/**
 * Asks registry-service to publish an image index. The parts are digests that this execution
 * pushed, so that no tag needs to be read again. A second delivery is answered with the first one's
 * result.
 *
 * @param index the index's id in the plan
 * @param tags the index's tags; at least one
 * @param parts what the index joins; at least one
 * @param missing tags of parts that no stage pushed, where the plan allows a partial index
 */
public record PublishIndex(
    ExecutionId execution,
    String index,
    Connector.DockerRegistry registry,
    Repository repository,
    List<String> tags,
    List<Part> parts,
    List<String> missing) {
  public PublishIndex {
    tags = List.copyOf(tags);
    parts = List.copyOf(parts);
    missing = List.copyOf(missing);
  }

  /** One part. */
  public record Part(String tag, Platform platform, Digest digest) {}
}

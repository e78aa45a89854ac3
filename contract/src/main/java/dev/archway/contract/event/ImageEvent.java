package dev.archway.contract.event;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.PushedImage;
import dev.archway.contract.image.Repository;
import java.time.Instant;
import java.util.List;

/** What happened to images at a registry. */
public sealed interface ImageEvent {
  /** The execution it happened for. */
  ExecutionId execution();

  /** When it happened, by the teller's clock. */
  Instant at();

  /** An executor pushed an image; registry-service verifies and records it. */
  record ImagePushed(
      StageKey key, Instant at, String step, Connector.DockerRegistry registry, PushedImage image)
      implements ImageEvent {
    @Override
    public ExecutionId execution() {
      return key.execution();
    }
  }

  /** The registry has exactly what was pushed, and it is recorded. */
  record ImageVerified(StageKey key, Instant at, String step, Repository repository, Digest digest)
      implements ImageEvent {
    @Override
    public ExecutionId execution() {
      return key.execution();
    }
  }

  /** The registry does not have what was pushed; nothing is recorded. */
  record ImageRejected(
      StageKey key, Instant at, String step, Repository repository, Digest digest, Failure failure)
      implements ImageEvent {
    @Override
    public ExecutionId execution() {
      return key.execution();
    }
  }

  /**
   * An index was published, read back and recorded.
   *
   * @param index the index's id in the plan
   * @param platforms the platforms it joins
   * @param missing tags of parts it lacks
   */
  record IndexPublished(
      ExecutionId execution,
      Instant at,
      String index,
      Repository repository,
      List<String> tags,
      Digest digest,
      List<Platform> platforms,
      List<String> missing)
      implements ImageEvent {
    public IndexPublished {
      tags = List.copyOf(tags);
      platforms = List.copyOf(platforms);
      missing = List.copyOf(missing);
    }
  }

  /**
   * An index could not be published and nothing is recorded; the failure tells which tags were
   * moved back and which could not be.
   */
  record IndexFailed(ExecutionId execution, Instant at, String index, Failure failure)
      implements ImageEvent {}
}

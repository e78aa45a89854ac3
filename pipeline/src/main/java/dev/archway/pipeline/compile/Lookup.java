package dev.archway.pipeline.compile;

import dev.archway.contract.connector.Connector;
import dev.archway.pipeline.Connectors;
import dev.archway.pipeline.ProblemCode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds connectors from within the pipeline's project, and says what is wrong with those that are
 * not found.
 */
record Lookup(Connectors connectors, String org, String project) {
  <T extends Connector> @Nullable T find(Fields fields, String key, Class<T> kind) {
    return find(fields, key, kind, name(kind));
  }

  /**
   * The same.
   *
   * @param expected the types that may stand there, for the finding
   */
  <T extends Connector> @Nullable T find(
      Fields fields, String key, Class<T> kind, String expected) {
    String ref = fields.text(key);
    if (ref == null) {
      fields.missing(key);
      return null;
    }
    return find(fields, key, ref, kind, expected);
  }

  /** The connector {@code ref}, which stands at {@code key}. */
  <T extends Connector> @Nullable T find(Fields fields, String key, String ref, Class<T> kind) {
    return find(fields, key, ref, kind, name(kind));
  }

  /** The connector of the fields, of whatever kind; null when there is none, which nobody tells. */
  @Nullable Connector peek(Fields fields, String key) {
    String ref = fields.text(key);
    return ref == null ? null : connectors.find(org, project, ref).orElse(null);
  }

  private static String name(Class<? extends Connector> kind) {
    return kind == Connector.Infrastructure.class
        ? "K8sCluster or LocalPodman"
        : kind.getSimpleName();
  }

  private <T extends Connector> @Nullable T find(
      Fields fields, String key, String ref, Class<T> kind, String expected) {
    Optional<Connector> found = connectors.find(org, project, ref);
    if (found.isEmpty()) {
      fields.error(
          key,
          ProblemCode.UNKNOWN_CONNECTOR,
          "no connector \"%s\"%s (expected: one of %s)"
              .formatted(
                  ref,
                  Suggestion.of(ref, connectors.known(org, project)),
                  connectors.known(org, project)));
      return null;
    }
    if (!kind.isInstance(found.get())) {
      fields.error(
          key,
          ProblemCode.WRONG_CONNECTOR,
          "connector \"%s\" is of type %s (expected: %s)"
              .formatted(ref, found.get().getClass().getSimpleName(), expected));
      return null;
    }
    return kind.cast(found.get());
  }
}

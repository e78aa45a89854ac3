package dev.archway.contract.api;

import dev.archway.contract.failure.Problem;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connector as it is told. It holds names of secrets, never their values.
 *
 * @param ref how pipelines of its scope name it
 * @param org empty for the account's
 * @param project empty for the account's and an organisation's
 * @param type as Harness names it
 * @param yaml as it was written; null in lists
 * @param problems what its fields hold that is not read
 */
public record ConnectorView(
    String ref,
    String identifier,
    String org,
    String project,
    String type,
    Instant changedAt,
    @Nullable String yaml,
    List<Problem> problems) {
  public ConnectorView {
    problems = List.copyOf(problems);
  }
}

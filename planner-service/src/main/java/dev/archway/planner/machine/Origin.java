package dev.archway.planner.machine;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.event.GitEvent;
import dev.archway.contract.event.GitEvent.TriggerKey;
import dev.archway.contract.id.ExecutionId;
import org.jspecify.annotations.Nullable;

/**
 * Why an execution runs, where nobody submitted it.
 *
 * @param trigger what started it; null for a retry
 * @param line the same for executions of which a newer one supersedes the older, such as those of
 *     one branch; null where none does
 * @param commit where its outcome is told; null for nowhere
 * @param retryOf the execution that it goes on with; null for others
 */
public record Origin(
    @Nullable TriggerKey trigger,
    @Nullable String line,
    @Nullable Reported commit,
    @Nullable ExecutionId retryOf) {
  /**
   * A commit at a Git server.
   *
   * @param connector whose account tells it
   * @param repository the server's name of the repository, such as {@code acme/app}
   */
  public record Reported(
      GitEvent.Provider provider, Connector.Git connector, String repository, String commit) {}
}

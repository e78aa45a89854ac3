package dev.archway.planner.submission;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.CodeRef;
import dev.archway.contract.plan.CodebasePlan;
import dev.archway.pipeline.RunEvent;
import dev.archway.planner.machine.Origin;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A start that nobody submitted.
 *
 * @param receivedAt when what starts it came
 * @param identity what starts it; two starts with one identity are one execution
 * @param event what expressions read of it
 * @param pin the commit to build; null where the pipeline says it
 */
public record Start(
    Instant receivedAt, String identity, RunEvent event, Origin origin, @Nullable Pin pin) {
  /**
   * The commit of an event.
   *
   * @param connector where the event's repository is read; null when the trigger names none and the
   *     pipeline's codebase is meant
   * @param ref what the pipeline must ask for to be given this commit
   * @param refName the full name of the ref that holds the commit
   * @param target the branch that a pull request would be merged into; null for others
   */
  public record Pin(
      @Nullable Repository connector,
      CodeRef ref,
      String refName,
      String commit,
      @Nullable String target) {
    /** The checkout of a codebase that asks for what the event is about; null for others. */
    @Nullable Checkout of(CodebasePlan codebase) {
      boolean here = connector == null || connector.url().equals(codebase.url());
      return here && (ref.equals(codebase.ref()) || samePull(codebase.ref()))
          ? new Checkout(
              codebase.connector(),
              codebase.url(),
              refName,
              commit,
              codebase.depth(),
              codebase.sslVerify(),
              codebase.extras(),
              null)
          : null;
    }

    private boolean samePull(CodeRef asked) {
      return ref.pullRequest() != null && ref.pullRequest().equals(asked.pullRequest());
    }
  }

  /** A repository, and whose account reads it. */
  public record Repository(Connector.Git connector, String url) {
    /** The one that a connector names, with the name that an account's connector needs. */
    public static Repository of(Connector.Git connector, @Nullable String name) {
      return new Repository(
          connector,
          connector.accountLevel() && name != null
              ? connector.url().replaceFirst("/+$", "") + "/" + name
              : connector.url());
    }
  }
}

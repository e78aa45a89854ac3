package dev.archway.contract.command;

import dev.archway.contract.connector.Scope;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.StagePlan;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the planner asks of the executors of one platform. */
public sealed interface StageCommand {
  /** The attempt it is about. */
  StageKey key();

  /**
   * Run this stage. A second delivery joins the first.
   *
   * @param stage the work
   * @param checkout what to clone; null when the pipeline has no codebase
   * @param environment variables every step of the stage gets
   * @param values what the stage's expressions may read, by path, beside its own steps
   * @param pipeline whose stage it is, as organisation/project/pipeline: where there are more
   *     stages than an executor can run, pipelines take turns
   * @param nonce what nobody but planner and executors knows, so that nobody else can make what an
   *     executor would take for this stage's; null from a planner that did not send one
   */
  record RunStage(
      StageKey key,
      StagePlan stage,
      @Nullable Checkout checkout,
      Map<String, String> environment,
      Map<String, String> values,
      @Nullable String pipeline,
      @Nullable String nonce)
      implements StageCommand {
    public RunStage {
      environment = Map.copyOf(environment);
      values = Map.copyOf(values);
    }

    /** A stage whose expressions, if any, read its own steps only. */
    public RunStage(
        StageKey key,
        StagePlan stage,
        @Nullable Checkout checkout,
        Map<String, String> environment) {
      this(key, stage, checkout, environment, Map.of(), null, null);
    }

    /** The same stage by another nonce. */
    public RunStage known(@Nullable String by) {
      return new RunStage(key, stage, checkout, environment, values, pipeline, by);
    }

    /** The project whose secrets the stage names; the account for one whose pipeline is unknown. */
    public Scope scope() {
      String[] path = pipeline == null ? new String[0] : pipeline.split("/", -1);
      try {
        return path.length == 3 ? new Scope(path[0], path[1]) : Scope.ACCOUNT;
      } catch (IllegalArgumentException _) {
        return Scope.ACCOUNT; // Nothing can be stored for such a project.
      }
    }
  }

  /**
   * Stop this stage: end its running step, keep its log. Nothing happens when it has ended already.
   *
   * @param by who asked, for the record
   */
  record StopStage(StageKey key, String by) implements StageCommand {}

  /**
   * End this step, which waits for another service: what it waits for is there, or will never be.
   * Nothing happens when it has ended already; it may arrive before the step begins to wait.
   *
   * @param failure why it fails; null when it succeeds
   * @param outputs its output variables by name
   */
  record EndStep(StageKey key, String step, @Nullable Failure failure, Map<String, String> outputs)
      implements StageCommand {
    public EndStep {
      outputs = Map.copyOf(outputs);
    }
  }
}

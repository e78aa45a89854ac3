package dev.archway.planner.trigger;

import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.event.GitEvent;
import dev.archway.contract.event.GitEvent.Kind;
import dev.archway.contract.event.GitEvent.TriggerKey;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What starts a pipeline (Harness page "Triggers reference").
 *
 * @param pipeline the pipeline's identifier within the trigger's project
 * @param pipelineBranch takes the pipeline from the repository at this branch, which may be an
 *     expression of the event; null takes the stored one
 * @param inputYaml an input set that may read the event; null for none
 * @param inputSetRefs identifiers of stored input sets, on which {@code inputYaml} is put
 * @param stages identifiers of the stages to run; empty runs all
 */
record Trigger(
    TriggerKey key,
    String name,
    boolean enabled,
    String pipeline,
    @Nullable String pipelineBranch,
    @Nullable String inputYaml,
    List<String> inputSetRefs,
    List<String> stages,
    Source source) {
  Trigger {
    inputSetRefs = List.copyOf(inputSetRefs);
    stages = List.copyOf(stages);
  }

  /** When it starts. */
  sealed interface Source {
    /**
     * When a Git server, or something else, calls.
     *
     * @param secret what the calls are signed with
     * @param event the event's name in the trigger, such as {@code Push}; null takes every event
     * @param kinds what that means; empty takes every event
     * @param connectorRef whose repository it is about; null takes the pipeline's codebase
     * @param repoName the repository where the connector is an account's
     * @param actions Harness's words; empty takes all
     * @param supersede whether a new run ends the older ones of the same branch or pull request
     * @param conditions all of them must hold
     * @param jexl must hold as well; null for none
     */
    record Webhook(
        GitEvent.Provider provider,
        SecretRef secret,
        @Nullable String event,
        Set<Kind> kinds,
        @Nullable String connectorRef,
        @Nullable String repoName,
        Set<String> actions,
        boolean supersede,
        List<Condition> conditions,
        @Nullable String jexl)
        implements Source {
      public Webhook {
        kinds = Set.copyOf(kinds);
        actions = Set.copyOf(actions);
        conditions = List.copyOf(conditions);
      }
    }

    /** At planned times. */
    record Scheduled(Schedule schedule) implements Source {}
  }
}

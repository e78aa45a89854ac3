package dev.archway.planner.trigger;

import dev.archway.connector.SecretUnavailableException;
import dev.archway.contract.api.Delivery;
import dev.archway.contract.api.Delivery.Outcome;
import dev.archway.contract.api.PipelineRun;
import dev.archway.contract.api.StoredDocument;
import dev.archway.contract.api.Submission;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.event.GitEvent;
import dev.archway.contract.event.GitEvent.Changes;
import dev.archway.contract.event.GitEvent.PullRequest;
import dev.archway.contract.event.GitEvent.TriggerKey;
import dev.archway.contract.failure.Problem;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.image.Digest;
import dev.archway.contract.plan.CodeRef;
import dev.archway.pipeline.Connectors;
import dev.archway.pipeline.RunEvent;
import dev.archway.planner.machine.Origin;
import dev.archway.planner.pipelines.Heading;
import dev.archway.planner.pipelines.PipelineKey;
import dev.archway.planner.pipelines.StoredPipelines;
import dev.archway.planner.submission.Executions;
import dev.archway.planner.submission.Start;
import dev.archway.web.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns calls of triggers into executions, each call into one at most: the execution's id is
 * derived from the call, so that a call that comes again, after a crash or to another planner,
 * finds what it has started. Thread-safe.
 */
final class Triggers {
  private static final Logger log = LoggerFactory.getLogger(Triggers.class);
  private static final int LONGEST_REASON = 4_000;

  private final TriggerStore store;
  private final StoredPipelines pipelines;
  private final RepositoryPipelines repositories;
  private final ChangedFiles changes;
  private final Connectors connectors;
  private final Executions executions;

  Triggers(
      TriggerStore store,
      StoredPipelines pipelines,
      RepositoryPipelines repositories,
      ChangedFiles changes,
      Connectors connectors,
      Executions executions) {
    this.store = store;
    this.pipelines = pipelines;
    this.repositories = repositories;
    this.changes = changes;
    this.connectors = connectors;
    this.executions = executions;
  }

  /** What a call led to. */
  private record Result(Outcome outcome, @Nullable String reason, @Nullable ExecutionId execution) {
    static Result ignored(String reason) {
      return new Result(Outcome.IGNORED, reason, null);
    }

    static Result refused(String reason) {
      return new Result(Outcome.REFUSED, reason, null);
    }
  }

  /** Deals with a webhook's call, once. */
  void on(GitEvent event) {
    TriggerKey key = event.trigger();
    if (store.known(key, event.delivery())) {
      return;
    }
    Optional<StoredDocument> stored = store.find(key);
    if (stored.isEmpty()) {
      log.info("ignored a call of a trigger that is gone trigger={}", key);
      return;
    }
    Optional<String> first =
        Optional.ofNullable(event.fingerprint()).flatMap(print -> store.sameContent(key, print));
    record(
        event,
        first.isPresent()
            ? Result.ignored("the same signed content came as delivery " + first.get())
            : handle(stored.get(), event, event.delivery()));
  }

  /**
   * Deals with a call once more, by the trigger as it is now.
   *
   * @throws ProblemException 409 when the call cannot be repeated
   */
  Delivery replay(TriggerKey key, Delivery first) {
    GitEvent event = first.event();
    if (event == null) {
      throw new ProblemException(
          409, "Not replayable", "a planned time is not repeated; run the pipeline instead");
    }
    StoredDocument stored = store.find(key).orElseThrow();
    int n = 1;
    while (store.known(key, first.id() + "~" + n)) {
      n++;
    }
    GitEvent again = event.repeated(first.id() + "~" + n);
    record(again, handle(stored, again, again.delivery()));
    return store.delivery(key, again.delivery()).orElseThrow();
  }

  private void record(GitEvent event, Result result) {
    store.record(
        event.trigger(),
        new Delivery(
            event.delivery(),
            event.receivedAt(),
            result.outcome(),
            result.reason(),
            result.execution(),
            event));
    log.info(
        "trigger called trigger={} delivery={} outcome={} execution={}",
        event.trigger(),
        event.delivery(),
        result.outcome().word(),
        result.execution());
  }

  private Result handle(StoredDocument stored, GitEvent event, String delivery) {
    try {
      Trigger trigger =
          TriggerReader.read(Objects.requireNonNull(stored.yaml()), event.trigger()).trigger();
      RunEvent values = EventValues.of(event);
      Optional<String> whyNot = TriggerConditions.whyNot(trigger, event, values);
      if (whyNot.isEmpty()
          && trigger.source() instanceof Trigger.Source.Webhook webhook
          && TriggerConditions.asksTheRepository(webhook, event)) {
        Changes files = changes.of(repository(trigger, webhook), event);
        whyNot = TriggerConditions.whyNot(trigger, event.changing(files), values);
      }
      if (whyNot.isPresent()) {
        return Result.ignored(whyNot.get());
      }
      return webhook(trigger, (Trigger.Source.Webhook) trigger.source(), event, values, delivery);
    } catch (ProblemException e) {
      return Result.refused(reason(e));
    } catch (SecretUnavailableException e) {
      return Result.refused(String.valueOf(e.getMessage()));
    }
  }

  private Result webhook(
      Trigger trigger,
      Trigger.Source.Webhook webhook,
      GitEvent event,
      RunEvent values,
      String delivery) {
    Start.Repository repository = repository(trigger, webhook);
    CodeRef ref = ref(event);
    String commit = event.commit();
    String refName = event.ref();
    Start.Pin pin =
        ref == null || commit == null || refName == null
            ? null
            : new Start.Pin(repository, ref, refName, commit, target(event));
    Origin origin =
        new Origin(
            trigger.key(),
            webhook.supersede() ? line(trigger, event) : null,
            reported(event, repository),
            null);
    Start start =
        new Start(event.receivedAt(), trigger.key() + "/" + delivery, values, origin, pin);
    if (executions.started(start)) {
      return started(start, null);
    }
    return started(start, submission(trigger, repository, event, values, ref));
  }

  private Result started(Start start, @Nullable Submission submission) {
    ExecutionId id =
        submission == null ? executions.id(start) : executions.start(submission, start);
    if (start.origin().line() != null) {
      executions.supersede(id);
    }
    return new Result(Outcome.STARTED, null, id);
  }

  /** Starts a schedule's pipeline for a planned time, once. */
  void planned(Trigger trigger, Instant planned) {
    Start start =
        new Start(
            planned,
            trigger.key() + "/" + planned,
            EventValues.at(planned),
            new Origin(trigger.key(), null, null, null),
            null);
    Result result;
    try {
      result =
          trigger.enabled()
              ? started(start, executions.started(start) ? null : stored(trigger, null, null))
              : Result.ignored("the trigger is switched off (enabled: false)");
    } catch (ProblemException e) {
      result = Result.refused(reason(e));
    } catch (SecretUnavailableException e) {
      result = Result.refused(String.valueOf(e.getMessage()));
    }
    store.record(
        trigger.key(),
        new Delivery(
            planned.toString(),
            planned,
            result.outcome(),
            result.reason(),
            result.execution(),
            null));
  }

  private Submission submission(
      Trigger trigger,
      Start.@Nullable Repository repository,
      GitEvent event,
      RunEvent values,
      @Nullable CodeRef ref) {
    String written = trigger.pipelineBranch();
    String branch =
        ref == null
            ? null
            : switch (ref) {
              case CodeRef.Branch(String name) -> "branch:" + name;
              case CodeRef.Tag(String name) -> "tag:" + name;
              case CodeRef.PullRequest(String number) -> "pr:" + number;
              case CodeRef.MergedPullRequest(String number) -> "pr:" + number;
              case CodeRef.CommitSha(String hash) -> "commit:" + hash;
            };
    if (written == null) {
      return stored(trigger, branch, null);
    }
    if (repository == null) {
      throw new ProblemException(
          422,
          "No repository",
          "trigger %s takes its pipeline from the repository (pipelineBranchName), but names none (expected: connectorRef)"
              .formatted(trigger.key()));
    }
    return stored(
        trigger, branch, repositories.pipeline(trigger, repository, written, event, values));
  }

  /**
   * @param yaml the pipeline's text; null takes the stored one
   */
  private Submission stored(Trigger trigger, @Nullable String branch, @Nullable String yaml) {
    PipelineKey key =
        new PipelineKey(trigger.key().org(), trigger.key().project(), trigger.pipeline());
    List<String> sets = new ArrayList<>();
    if (trigger.inputYaml() != null) {
      sets.add(trigger.inputYaml());
    }
    PipelineRun run =
        new PipelineRun(null, trigger.inputSetRefs(), sets, null, trigger.stages(), branch);
    if (yaml == null) {
      return pipelines.submission(key, run);
    }
    Heading.read(yaml, "pipeline", key.org(), key.project(), key.id());
    return pipelines.submission(key, yaml, run);
  }

  private Start.@Nullable Repository repository(Trigger trigger, Trigger.Source.Webhook webhook) {
    String ref = webhook.connectorRef();
    if (ref == null) {
      return null;
    }
    Connector connector =
        connectors.find(trigger.key().org(), trigger.key().project(), ref).orElse(null);
    if (!(connector instanceof Connector.Git git)) {
      throw new ProblemException(
          422,
          "No such connector",
          "trigger %s: connector \"%s\" %s (expected: a connector to a Git server)"
              .formatted(
                  trigger.key(), ref, connector == null ? "is not there" : "is of another kind"));
    }
    return Start.Repository.of(git, webhook.repoName());
  }

  /** What a pipeline whose {@code build} is an input builds. */
  private static @Nullable CodeRef ref(GitEvent event) {
    PullRequest pull = event.pullRequest();
    if (pull != null) {
      return new CodeRef.PullRequest(pull.number());
    }
    String branch = EventValues.below("refs/heads/", event.ref());
    String tag = EventValues.below("refs/tags/", event.ref());
    return branch != null ? new CodeRef.Branch(branch) : tag != null ? new CodeRef.Tag(tag) : null;
  }

  /** The branch that the event's pull request would be merged into; null for others. */
  private static @Nullable String target(GitEvent event) {
    PullRequest pull = event.pullRequest();
    return pull == null ? null : pull.targetBranch();
  }

  /** Runs of one branch, or of one pull request, of one repository (Harness: auto-abort). */
  private static String line(Trigger trigger, GitEvent event) {
    PullRequest pull = event.pullRequest();
    String what =
        pull == null
            ? String.valueOf(event.ref())
            : "%s %s %s".formatted(pull.number(), pull.sourceBranch(), pull.targetBranch());
    String text =
        String.join(
            "\n",
            trigger.key().org(),
            trigger.key().project(),
            trigger.pipeline(),
            String.valueOf(event.repositoryUrl()),
            what);
    return Digest.sha256(text.getBytes(StandardCharsets.UTF_8)).hex();
  }

  private static Origin.@Nullable Reported reported(
      GitEvent event, Start.@Nullable Repository repository) {
    String name = event.repository();
    String commit = event.commit();
    return repository == null
            || name == null
            || commit == null
            || event.provider() == GitEvent.Provider.GENERIC
            || repository.connector().password() == null
        ? null
        : new Origin.Reported(event.provider(), repository.connector(), name, commit);
  }

  private static String reason(ProblemException e) {
    List<Problem> problems = e.document().problems();
    String text =
        problems.isEmpty()
            ? String.valueOf(e.document().detail())
            : problems.stream()
                .filter(problem -> problem.severity() == Problem.Severity.ERROR)
                .map(Problem::toString)
                .collect(Collectors.joining("\n"));
    return text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) + "…" : text;
  }
}

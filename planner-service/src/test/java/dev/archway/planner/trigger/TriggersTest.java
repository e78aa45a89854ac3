package dev.archway.planner.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.archway.contract.api.Delivery;
import dev.archway.contract.api.Delivery.Outcome;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.event.GitEvent;
import dev.archway.contract.event.GitEvent.Changes;
import dev.archway.contract.event.GitEvent.Kind;
import dev.archway.contract.event.GitEvent.PullRequest;
import dev.archway.contract.event.GitEvent.TriggerKey;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.StepPlan;
import dev.archway.messaging.Outbox;
import dev.archway.pipeline.Connectors;
import dev.archway.planner.machine.ExecutionMachine;
import dev.archway.planner.machine.Request;
import dev.archway.planner.pipelines.PipelineKey;
import dev.archway.planner.pipelines.PipelineStore;
import dev.archway.planner.pipelines.StoredPipelines;
import dev.archway.planner.store.EventHub;
import dev.archway.planner.store.ExecutionFilter;
import dev.archway.planner.store.ExecutionStore;
import dev.archway.planner.submission.Executions;
import dev.archway.planner.submission.SampleSubmissions;
import dev.archway.planner.submission.Submissions;
import dev.archway.web.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.MergeCommand;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.RefUpdate;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** From an event to its execution, on a real database and with real repositories. */
class TriggersTest {
  private static final DataSource DATABASE =
      JdbcConnectionPool.create("jdbc:h2:mem:triggers;DB_CLOSE_DELAY=-1", "sa", "");
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final TriggerKey KEY = new TriggerKey("default", "default", "on_push");
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  private static final String PIPELINE =
      """
      pipeline:
        identifier: demo
        name: demo
        projectIdentifier: default
        orgIdentifier: default
        properties:
          ci:
            codebase:
              connectorRef: repo
              prCloneStrategy: SourceBranch
              build: <+input>
        stages:
          - stage:
              identifier: build
              name: build
              type: CI
              spec:
                cloneCodebase: true
                infrastructure: {type: KubernetesDirect, spec: {connectorRef: local, namespace: ns}}
                execution:
                  steps:
                    - step:
                        identifier: tell
                        name: tell
                        type: Run
                        spec:
                          connectorRef: account.harnessImage
                          image: alpine
                          command: echo "<+trigger.gitUser> <+trigger.payload.note>"
                          envVariables: {DOOR: <+secrets.getValue("door")>}
      """;

  @TempDir Path directory;
  private final Map<String, Connector> connectors = new java.util.HashMap<>();
  private ExecutionStore executions = store();
  private PipelineStore pipelines = pipelines();
  private TriggerStore store = triggerStore();
  private Triggers triggers = triggers();

  private static TransactionTemplate transactions() {
    return new TransactionTemplate(new JdbcTransactionManager(DATABASE));
  }

  private static ExecutionStore store() {
    JdbcClient jdbc = JdbcClient.create(DATABASE);
    return new ExecutionStore(
        jdbc, transactions(), new Outbox(jdbc, () -> {}), new EventHub(), Clock.systemUTC());
  }

  private static PipelineStore pipelines() {
    return new PipelineStore(JdbcClient.create(DATABASE), transactions());
  }

  private static TriggerStore triggerStore() {
    return new TriggerStore(JdbcClient.create(DATABASE), transactions());
  }

  private Triggers triggers() {
    Connectors known =
        new Connectors() {
          @Override
          public Optional<Connector> find(String org, String project, String ref) {
            return Optional.ofNullable(connectors.get(ref));
          }

          @Override
          public List<String> known(String org, String project) {
            return List.copyOf(connectors.keySet());
          }
        };
    Submissions submissions = SampleSubmissions.with(known);
    return new Triggers(
        store,
        new StoredPipelines(pipelines),
        new RepositoryPipelines(SampleSubmissions.remote()),
        new ChangedFiles(SampleSubmissions.remote()),
        known,
        new Executions(submissions, new ExecutionMachine(2), executions, Clock.systemUTC()));
  }

  @BeforeEach
  void start() {
    Flyway flyway =
        Flyway.configure()
            .dataSource(DATABASE)
            .locations("classpath:db/planner")
            .cleanDisabled(false)
            .load();
    flyway.clean();
    flyway.migrate();
    executions = store();
    pipelines = pipelines();
    store = triggerStore();
    connectors.put("local", new Connector.LocalPodman("local", List.of()));
    connectors.put(
        "account.harnessImage",
        new Connector.DockerRegistry(
            "account.harnessImage",
            java.net.URI.create("https://index.docker.io/v2/"),
            null,
            null));
    connectors.put(
        "repo",
        new Connector.Git(
            "repo", "https://git.example/acme/app", false, "ci", SecretRef.of("git")));
    pipelines.put(new PipelineKey("default", "default", "demo"), "demo", PIPELINE, NOW);
    triggers = triggers();
  }

  private void trigger(String event, String more) {
    String yaml =
        """
        trigger:
          identifier: on_push
          orgIdentifier: default
          projectIdentifier: default
          pipelineIdentifier: demo
          encryptedWebhookSecretIdentifier: hook
          %s
          source:
            type: Webhook
            spec:
              type: Github
              spec:
                type: %s
                spec:
                  connectorRef: repo
                  autoAbortPreviousExecutions: true
                  %s
        """
            .formatted(
                more.startsWith("pipelineBranchName") ? more : "enabled: true",
                event,
                more.startsWith("pipelineBranchName") ? "actions: []" : more);
    TriggerReader.read(yaml, KEY);
    store.put(KEY, "on push", yaml, null, NOW);
  }

  private static GitEvent push(String delivery, String branch) {
    return event(
        delivery,
        "push",
        Kind.PUSH,
        null,
        "refs/heads/" + branch,
        COMMIT,
        null,
        "{\"note\":\"hi\"}");
  }

  private static GitEvent pull(String delivery, boolean fork, String action) {
    return event(
        delivery,
        "pull_request",
        Kind.PULL_REQUEST,
        action,
        "refs/pull/7/head",
        COMMIT,
        new PullRequest("7", "Faster", "faster", "main", fork, null),
        "{\"note\":\"pr\"}");
  }

  private static GitEvent event(
      String delivery,
      String name,
      Kind kind,
      @Nullable String action,
      String ref,
      String commit,
      @Nullable PullRequest pull,
      String payload) {
    return event(delivery, name, kind, action, ref, commit, null, pull, payload);
  }

  private static GitEvent event(
      String delivery,
      String name,
      Kind kind,
      @Nullable String action,
      String ref,
      String commit,
      @Nullable String base,
      @Nullable PullRequest pull,
      String payload) {
    return new GitEvent(
        KEY,
        GitEvent.Provider.GITHUB,
        delivery,
        "print of " + delivery,
        NOW,
        name,
        kind,
        action,
        ref,
        commit,
        base,
        "acme/app",
        "https://git.example/acme/app",
        "ann",
        "message",
        null,
        pull,
        kind == Kind.PUSH ? new Changes(List.of("src/A.java")) : null,
        Map.of("x-github-event", name),
        payload);
  }

  private Delivery outcome(GitEvent event) {
    triggers.on(event);
    return store.delivery(KEY, event.delivery()).orElseThrow();
  }

  private Request started(Delivery delivery) {
    assertThat(delivery.outcome()).as(delivery.reason()).isEqualTo(Outcome.STARTED);
    return executions.find(Objects.requireNonNull(delivery.execution())).orElseThrow().request();
  }

  private static StepPlan.Run run(Request request) {
    return (StepPlan.Run) request.plan().stages().getFirst().steps().getLast();
  }

  @Test
  void aPushBuildsItsCommit() {
    trigger("Push", "");
    Request request = started(outcome(push("d1", "main")));
    assertThat(Objects.requireNonNull(request.checkout()).commit()).isEqualTo(COMMIT);
    assertThat(request.checkout().refName()).isEqualTo("refs/heads/main");
    assertThat(run(request).command()).isEqualTo("echo \"ann hi\"");
    assertThat(run(request).environment()).containsEntry("DOOR", "<+secrets.getValue(\"door\")>");
    assertThat(Objects.requireNonNull(request.origin()).commit()).isNotNull();
  }

  @Test
  void aCallThatComesAgainStartsNothingMore() {
    trigger("Push", "");
    Delivery first = outcome(push("d1", "main"));
    assertThat(outcome(push("d1", "main"))).isEqualTo(first);
    assertThat(executions.list(ExecutionFilter.ALL, 10)).hasSize(1);
  }

  @Test
  void aCrashBeforeTheOutcomeIsKeptStartsNothingTwice() {
    trigger("Push", "");
    Delivery first = outcome(push("d1", "main"));
    JdbcClient.create(DATABASE).sql("DELETE FROM deliveries").update();
    assertThat(outcome(push("d1", "main")).execution()).isEqualTo(first.execution());
    assertThat(executions.list(ExecutionFilter.ALL, 10)).hasSize(1);
  }

  @Test
  void signedContentUnderAnotherNameIsAReplay() {
    trigger("Push", "");
    GitEvent first = push("d1", "main");
    started(outcome(first));
    GitEvent forged =
        event("d2", "push", Kind.PUSH, null, "refs/heads/main", COMMIT, null, "{\"note\":\"hi\"}");
    GitEvent same =
        new GitEvent(
            forged.trigger(),
            forged.provider(),
            forged.delivery(),
            first.fingerprint(),
            forged.receivedAt(),
            forged.event(),
            forged.kind(),
            forged.action(),
            forged.ref(),
            forged.commit(),
            forged.baseCommit(),
            forged.repository(),
            forged.repositoryUrl(),
            forged.user(),
            forged.title(),
            forged.comment(),
            forged.pullRequest(),
            forged.changedFiles(),
            forged.headers(),
            forged.payload());
    assertThat(outcome(same).outcome()).isEqualTo(Outcome.IGNORED);
  }

  @Test
  void aCallCanBeReplayed() {
    trigger("Push", "payloadConditions: [{key: targetBranch, operator: Equals, value: main}]");
    Delivery first = outcome(push("d1", "dev"));
    assertThat(first.outcome()).isEqualTo(Outcome.IGNORED);
    trigger("Push", "");
    Delivery again = triggers.replay(KEY, first);
    assertThat(again.id()).isEqualTo("d1~1");
    started(again);
    assertThat(triggers.replay(KEY, first).execution()).isNotEqualTo(again.execution());
  }

  @Test
  void conditionsKeepEventsAway() {
    trigger(
        "Push",
        "payloadConditions: [{key: targetBranch, operator: In, value: \"main, rel/*\"}, {key: changedFiles, operator: In, value: src/**}, {key: <+trigger.payload.note>, operator: Equals, value: hi}]");
    started(outcome(push("d1", "rel/1")));
    assertThat(outcome(push("d2", "dev")).reason()).contains("targetBranch").contains("dev");
    trigger(
        "Push",
        "headerConditions: [{key: \"<+trigger.header['X-GitHub-Event']>\", operator: Equals, value: push}]");
    started(outcome(push("d3", "main")));
    trigger("Push", "jexlCondition: <+trigger.payload.note> == \"no\"");
    assertThat(outcome(push("d4", "main")).reason()).contains("jexlCondition");
    trigger("PullRequest", "actions: [Open, Synchronize]");
    assertThat(outcome(push("d5", "main")).reason()).contains("push");
    assertThat(outcome(pull("d6", false, "Close")).reason()).contains("Close");
    started(outcome(pull("d7", false, "Open")));
  }

  @Test
  void aPullRequestBuildsItsHead() {
    trigger("PullRequest", "");
    Request request = started(outcome(pull("d1", false, "Open")));
    assertThat(Objects.requireNonNull(request.checkout()).refName()).isEqualTo("refs/pull/7/head");
    assertThat(request.checkout().commit()).isEqualTo(COMMIT);
    assertThat(run(request).environment()).containsEntry("DOOR", "<+secrets.getValue(\"door\")>");
  }

  @Test
  void aPullRequestIsMergedIntoItsTargetUnlessTheHeadIsAskedFor() throws Exception {
    Path repository = directory.resolve("repo");
    try (Git git = Git.init().setDirectory(repository.toFile()).setInitialBranch("main").call()) {
      String target = write(git, "README.md", "main");
      connectors.put(
          "repo", new Connector.Git("repo", repository.toUri().toString(), false, null, null));
      pipelines.put(
          new PipelineKey("default", "default", "demo"),
          "demo",
          PIPELINE.replace("prCloneStrategy: SourceBranch", "depth: 0"),
          NOW);
      trigger("PullRequest", "");
      Checkout checkout =
          Objects.requireNonNull(started(outcome(pull("d1", false, "Open"))).checkout());
      assertThat(checkout.commit()).isEqualTo(COMMIT);
      assertThat(checkout.into()).isEqualTo(new Checkout.Target("refs/heads/main", target));
    }
  }

  @Test
  void aForksPullRequestGetsNoSecret() {
    trigger("PullRequest", "");
    Request request = started(outcome(pull("d1", true, "Open")));
    assertThat(run(request).environment()).containsEntry("DOOR", "");
  }

  @Test
  void aNewerPushEndsTheOlderRunOfItsBranch() {
    trigger("Push", "");
    ExecutionId older = started(outcome(push("d1", "main"))).id();
    ExecutionId other = started(outcome(push("d2", "dev"))).id();
    ExecutionId newer = started(outcome(push("d3", "main"))).id();
    assertThat(stopped(older)).isNotNull().contains(newer.value());
    assertThat(stopped(other)).isNull();
    assertThat(stopped(newer)).isNull();
  }

  private @Nullable String stopped(ExecutionId id) {
    return executions.find(id).orElseThrow().state().stoppedBy();
  }

  @Test
  void aPipelineThatCannotStartIsRefusedWithEveryReason() {
    pipelines.put(
        new PipelineKey("default", "default", "demo"),
        "demo",
        PIPELINE.replace("connectorRef: local", "connectorRef: nowhere"),
        NOW);
    trigger("Push", "");
    Delivery delivery = outcome(push("d1", "main"));
    assertThat(delivery.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(delivery.reason()).contains("unknown-connector");
  }

  @Test
  void thePipelineOfThePushedCommitIsTaken() throws Exception {
    Path repository = directory.resolve("repo");
    try (Git git = Git.init().setDirectory(repository.toFile()).setInitialBranch("main").call()) {
      String first = commit(git, PIPELINE.replace("echo", "first"));
      commit(git, PIPELINE.replace("echo", "second"));
      connectors.put(
          "repo", new Connector.Git("repo", repository.toUri().toString(), false, null, null));
      trigger("Push", "pipelineBranchName: <+trigger.branch>");
      GitEvent older =
          event("d1", "push", Kind.PUSH, null, "refs/heads/main", first, null, "{\"note\":\"x\"}");
      assertThat(run(started(outcome(older))).command()).startsWith("first");
      String last = Objects.requireNonNull(git.getRepository().resolve("main")).name();
      GitEvent newer =
          event("d2", "push", Kind.PUSH, null, "refs/heads/main", last, null, "{\"note\":\"x\"}");
      assertThat(run(started(outcome(newer))).command()).startsWith("second");
      String stolen =
          commit(git, PIPELINE.replace("projectIdentifier: default", "projectIdentifier: other"));
      GitEvent foreign =
          event("d3", "push", Kind.PUSH, null, "refs/heads/main", stolen, null, "{\"note\":\"x\"}");
      assertThat(outcome(foreign).reason()).contains("projectIdentifier");
    }
  }

  @Test
  void aPullRequestsFilesAreThoseThatItChangesItself() throws Exception {
    Path repository = directory.resolve("repo");
    try (Git git = Git.init().setDirectory(repository.toFile()).setInitialBranch("main").call()) {
      write(git, "docs/old.md", "old");
      write(git, "docs/moved.md", "moved");
      String left = Objects.requireNonNull(git.getRepository().resolve("main")).name();
      var _ = git.checkout().setCreateBranch(true).setName("faster").call();
      String head = write(git, "src/A.java", "class A {}");
      var _ = git.checkout().setName("main").call();
      String target = write(git, "docs/new.md", "only on main");
      RefUpdate pull = git.getRepository().updateRef("refs/pull/7/head");
      pull.setNewObjectId(ObjectId.fromString(head));
      var _ = pull.update();
      connectors.put(
          "repo", new Connector.Git("repo", repository.toUri().toString(), false, null, null));
      trigger("PullRequest", files("In", "src/**"));
      started(outcome(proposed("d1", head, target)));
      started(outcome(proposed("d2", head, null)));
      trigger("PullRequest", files("NotIn", "docs/**"));
      started(outcome(proposed("d3", head, target)));
      trigger("PullRequest", files("In", "docs/**"));
      assertThat(outcome(proposed("d4", head, target)).reason())
          .contains("changedFiles")
          .contains("src/A.java")
          .doesNotContain("docs/new.md");
      git.getRepository().getConfig().setBoolean("uploadpack", null, "allowfilter", true);
      git.getRepository().getConfig().save();
      // Merged: the target has the head now, and is asked for what it was.
      var _ =
          git.merge()
              .include(ObjectId.fromString(head))
              .setFastForward(MergeCommand.FastForwardMode.NO_FF)
              .setCommit(false)
              .call();
      write(git, "docs/after.md", "merged");
      trigger("PullRequest", files("In", "src/**"));
      started(outcome(proposed("d5", head, target)));
      assertThat(outcome(proposed("d6", COMMIT, target)).reason()).contains("no commit in common");
      trigger("PullRequest", files("In", "src/**").replace("src", "none"));
      assertThat(outcome(proposed("d7", left, target)).reason()).contains("it is ");
    }
  }

  private static String files(String operator, String glob) {
    return "payloadConditions: [{key: changedFiles, operator: %s, value: %s}]"
        .formatted(operator, glob);
  }

  private static GitEvent proposed(String delivery, String commit, @Nullable String base) {
    return event(
        delivery,
        "pull_request",
        Kind.PULL_REQUEST,
        "Open",
        "refs/pull/7/head",
        commit,
        base,
        new PullRequest("7", "Faster", "faster", "main", false, null),
        "{\"note\":\"pr\"}");
  }

  private static String write(Git git, String path, String text) throws Exception {
    Path file = git.getRepository().getWorkTree().toPath().resolve(path);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, text);
    return commit(git);
  }

  private static String commit(Git git, String pipeline) throws Exception {
    Path file = git.getRepository().getWorkTree().toPath().resolve(".archway/demo.yaml");
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, pipeline);
    return commit(git);
  }

  private static String commit(Git git) throws Exception {
    git.add().addFilepattern(".").call();
    return git.commit()
        .setMessage("change")
        .setAuthor("ann", "ann@example.org")
        .setCommitter("ann", "ann@example.org")
        .setSign(false)
        .call()
        .name();
  }

  @Test
  void aPlannedTimeStartsOnceWhoeverLooks() {
    String yaml =
        """
        trigger:
          identifier: on_push
          pipelineIdentifier: demo
          inputYaml: |
            pipeline: {properties: {ci: {codebase: {build: {type: commitSha, spec: {commitSha: %s}}}}}}
          source: {type: Scheduled, spec: {type: Cron, spec: {expression: "0 4 * * *"}}}
        """
            .formatted(COMMIT);
    Instant planned = Instant.parse("2026-01-03T04:00:00Z");
    store.put(KEY, "nightly", yaml, planned, NOW);
    Clock late = Clock.fixed(planned.plusSeconds(2), ZoneOffset.UTC);
    Schedules one = new Schedules(store, triggers, late);
    Schedules two = new Schedules(triggerStore(), triggers(), late);
    TriggerStore.Due due = store.due(late.instant()).getFirst();
    one.look();
    // The other had looked before the first one planned the next time.
    triggers.planned(TriggerReader.read(yaml, KEY).trigger(), due.planned());
    two.look();
    assertThat(executions.list(ExecutionFilter.ALL, 10)).hasSize(1);
    assertThat(store.due(planned.plusSeconds(86_400)))
        .extracting(TriggerStore.Due::planned)
        .containsExactly(Instant.parse("2026-01-04T04:00:00Z"));
    started(store.deliveries(KEY, null, 10).getFirst());
  }

  @Test
  void everythingWrongWithATriggerIsToldAtOnce() {
    assertThatThrownBy(() ->
            TriggerReader.read(
                """
                trigger:
                  identifier: on_push
                  source:
                    type: Webhook
                    spec:
                      type: Github
                      spec:
                        type: Pushed
                        spec:
                          jexlCondition: "<+trigger."
                          payloadConditions: [{key: branch, operator: Is, value: x}]
                """,
                KEY))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e ->
                assertThat(e.document().problems())
                    .extracting(problem -> problem.path().replaceAll(".*\\.", ""))
                    .contains("pipelineIdentifier", "encryptedWebhookSecretIdentifier"));
  }
}

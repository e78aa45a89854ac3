package dev.archway.planner.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.HttpServer;
import dev.archway.connector.egress.Egress;
import dev.archway.connector.egress.EgressRules;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.event.ExecutionEvent;
import dev.archway.contract.event.GitEvent;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.contract.plan.Notification;
import dev.archway.contract.plan.Notification.Event;
import dev.archway.contract.plan.Notification.Method;
import dev.archway.contract.plan.Notification.On;
import dev.archway.contract.status.Status;
import dev.archway.contract.wire.ContractMapper;
import dev.archway.planner.machine.Origin;
import dev.archway.planner.machine.Request;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** What is told outside: from an execution's events to real servers, over a real database. */
class FeedbackTest {
  private static final DataSource DATABASE =
      JdbcConnectionPool.create("jdbc:h2:mem:feedback;DB_CLOSE_DELAY=-1", "sa", "");
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final ExecutionId ID = ExecutionId.of("e00000001");
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final AtomicInteger answer = new AtomicInteger(201);
  private final List<AutoCloseable> ways = new ArrayList<>();
  private @Nullable HttpServer http;
  private FeedbackStore store = new FeedbackStore(JdbcClient.create(DATABASE));
  private Instant now = NOW;

  /** A call that the server had. */
  private record Received(String path, Map<String, List<String>> headers, JsonNode body) {
    @Nullable String header(String name) {
      List<String> values = headers.get(name);
      return values == null ? null : values.getFirst();
    }
  }

  @BeforeEach
  void start() throws IOException {
    Flyway flyway =
        Flyway.configure()
            .dataSource(DATABASE)
            .locations("classpath:db/planner")
            .cleanDisabled(false)
            .load();
    flyway.clean();
    flyway.migrate();
    store = new FeedbackStore(JdbcClient.create(DATABASE));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String text =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          received.add(
              new Received(
                  exchange.getRequestURI().getRawPath(),
                  Map.copyOf(exchange.getRequestHeaders()),
                  ContractMapper.json().readTree(text)));
          exchange.sendResponseHeaders(answer.get(), -1);
          exchange.close();
        });
    server.start();
    http = server;
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable way : ways.reversed()) {
      way.close();
    }
    if (http != null) {
      http.stop(0);
    }
  }

  private String url() {
    return http == null ? "" : "http://127.0.0.1:" + http.getAddress().getPort();
  }

  private Sender sender(boolean privateNetworks, FeedbackProperties.@Nullable Mail mail) {
    return new OutsideSender(
        http("", privateNetworks),
        new Smtp(mail, ref -> "value of " + ref.written()),
        ref -> "value of " + ref.written(),
        URI.create("https://ci.example/"));
  }

  /** Connectors may lead inside. */
  private HttpSender http(String denied, boolean privateNetworks) {
    Egress servers = new Egress(new EgressRules("", denied, true));
    Egress authors = new Egress(new EgressRules("", denied, privateNetworks));
    HttpSender sender = new HttpSender(servers, authors);
    ways.addAll(List.of(authors, servers, sender));
    return sender;
  }

  private Request request(@Nullable Origin origin, Notification... rules) {
    return new Request(
        ID,
        NOW,
        "pipeline: {}",
        new ExecutionPlan(
            "default", "default", "demo", "Demo", null, List.of(), List.of(), null, List.of(rules)),
        null,
        List.of(),
        12,
        origin,
        null);
  }

  private Request ofCommit(GitEvent.Provider provider) {
    return request(
        new Origin(
            null,
            null,
            new Origin.Reported(
                provider,
                new Connector.Git("repo", url() + "/acme/app", false, "ci", SecretRef.of("token")),
                "acme/app",
                COMMIT),
            null));
  }

  private static ExecutionEvent queued() {
    return new ExecutionEvent.ExecutionQueued(ID, NOW, "default", "default", "demo");
  }

  private static ExecutionEvent finished(Status status) {
    return new ExecutionEvent.ExecutionFinished(ID, NOW, status, null, List.of());
  }

  private void told(Request request, ExecutionEvent... events) {
    for (ExecutionEvent event : events) {
      Messages.of(request, event)
          .forEach(laned -> store.add(ID, laned.lane(), laned.message(), now));
    }
  }

  private void look(Sender sender) {
    new FeedbackRelay(store, sender, Clock.fixed(now, ZoneOffset.UTC)).look();
  }

  private int waiting() {
    return JdbcClient.create(DATABASE)
        .sql("SELECT COUNT(*) FROM feedback")
        .query(Integer.class)
        .single();
  }

  @ParameterizedTest
  @CsvSource({
    "GITHUB,/api/v3/repos/acme/app/statuses/,Authorization,Bearer value of token,pending,success,failure,error",
    "GITEA,/api/v1/repos/acme/app/statuses/,Authorization,token value of token,pending,success,failure,error",
    "GITLAB,/api/v4/projects/acme%2Fapp/statuses/,Private-token,value of token,pending,success,failed,canceled",
    "BITBUCKET,/2.0/repositories/acme/app/commit/,Authorization,Basic Y2k6dmFsdWUgb2YgdG9rZW4=,INPROGRESS,SUCCESSFUL,FAILED,STOPPED"
  })
  void eachServerIsToldInItsOwnForm(
      GitEvent.Provider provider,
      String path,
      String header,
      String account,
      String running,
      String success,
      String failed,
      String stopped) {
    told(
        ofCommit(provider),
        queued(),
        finished(Status.SUCCESS),
        finished(Status.FAILED),
        finished(Status.ABORTED));
    look(sender(false, null));
    assertThat(received)
        .extracting(call -> call.body().path("state").asString())
        .containsExactly(running, success, failed, stopped);
    assertThat(received)
        .allSatisfy(call -> {
          assertThat(call.path())
              .isEqualTo(
                  path
                      + COMMIT
                      + (provider == GitEvent.Provider.BITBUCKET ? "/statuses/build" : ""));
          assertThat(call.header(header)).isEqualTo(account);
          assertThat(call.body().toString())
              .contains("archway/demo")
              .contains("https://ci.example/#/executions/e00000001");
        });
    assertThat(waiting()).isZero();
  }

  @Test
  void whatCannotBeToldNowIsToldLaterInOrder() {
    told(ofCommit(GitEvent.Provider.GITHUB), queued(), finished(Status.SUCCESS));
    answer.set(502);
    Sender sender = sender(false, null);
    look(sender);
    assertThat(received).hasSize(1);
    look(sender);
    assertThat(received).as("its next time has not come").hasSize(1);
    answer.set(201);
    now = now.plus(FeedbackRelay.pause(0));
    look(sender);
    assertThat(received)
        .extracting(call -> call.body().path("state").asString())
        .containsExactly("pending", "pending", "success");
    assertThat(waiting()).isZero();
  }

  @Test
  void aServerThatFailsIsLeftAloneForAWhile() {
    Sender sender = sender(false, null);
    answer.set(500);
    told(ofCommit(GitEvent.Provider.GITHUB), queued());
    for (int i = 0; i < 8; i++) {
      look(sender);
      now = now.plus(Duration.ofMinutes(10));
    }
    assertThat(received).hasSize(5);
    assertThat(waiting()).isOne();
  }

  @Test
  void aRefusalIsFinalAndADayIsEnough() {
    answer.set(403);
    told(ofCommit(GitEvent.Provider.GITHUB), queued());
    look(sender(false, null));
    assertThat(waiting()).isZero();
    answer.set(500);
    told(ofCommit(GitEvent.Provider.GITHUB), queued());
    now = now.plus(Duration.ofDays(2));
    look(sender(false, null));
    assertThat(waiting()).isZero();
  }

  @Test
  void rulesTellOfWhatTheyName() {
    Notification failures =
        new Notification(
            "failures",
            List.of(
                new On(Event.PIPELINE_FAILED, List.of()),
                new On(Event.STAGE_FAILED, List.of("build"))),
            new Method.Webhook(url() + "/hook", Map.of("X-Key", "<+secrets.getValue(\"key\")>")));
    Notification slack =
        new Notification(
            "all", List.of(new On(Event.ALL, List.of())), new Method.Slack(url() + "/slack"));
    Notification teams =
        new Notification(
            "end",
            List.of(new On(Event.PIPELINE_END, List.of())),
            new Method.MsTeams("<+secrets.getValue(\"nothing\")>"));
    told(
        request(null, failures, slack, teams),
        queued(),
        new ExecutionEvent.StageChanged(ID, NOW, "other", 1, Status.FAILED, null),
        finished(Status.FAILED));
    look(sender(true, null));
    assertThat(received.stream().filter(call -> call.path().equals("/hook")))
        .singleElement()
        .satisfies(call -> {
          assertThat(call.body().path("eventData").path("eventType").asString())
              .isEqualTo("PipelineFailed");
          assertThat(call.header("X-key")).isEqualTo("value of key");
        });
    assertThat(received.stream().filter(call -> call.path().equals("/slack")))
        .extracting(call -> call.body().path("text").asString())
        .containsExactly(
            "<https://ci.example/#/executions/e00000001|Demo #12: started>",
            "<https://ci.example/#/executions/e00000001|Demo #12, stage other: Failed>",
            "<https://ci.example/#/executions/e00000001|Demo #12: Failed>");
    assertThat(waiting()).as("what is no address is given up").isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1/x",
    "http://localhost/x",
    "http://169.254.169.254/latest/meta-data",
    "http://10.0.0.1/x",
    "http://192.168.1.1/x",
    "http://100.64.0.1/x",
    "http://[::1]/x",
    "http://[fd00::1]/x",
    "http://0.0.0.0/x",
    "file:///etc/passwd"
  })
  void aRuleDoesNotReachInside(String address) {
    Call call = new Call(URI.create(address), Map.of(), Map.of(), false);
    assertThatThrownBy(() -> http("", false).send(call))
        .isInstanceOf(Sender.UndeliverableException.class);
  }

  /** The metadata service's address is refused by default, any other by the operator's word. */
  @ParameterizedTest
  @ValueSource(strings = {"http://169.254.169.254/latest/meta-data", "http://127.0.0.1:9/x"})
  void aCommitStatusLeavesByTheGuardedWayToo(String address) {
    Call call = new Call(URI.create(address), Map.of(), Map.of(), true);
    assertThatThrownBy(() -> http("127.0.0.1", true).send(call))
        .isInstanceOf(Sender.UndeliverableException.class)
        .hasMessageContaining("cannot connect to");
  }

  @Test
  void mailIsSent() throws Exception {
    GreenMail mail = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    mail.start();
    try {
      Notification rule =
          new Notification(
              "mail",
              List.of(new On(Event.PIPELINE_END, List.of())),
              new Method.Email(List.of("ann@example.org", "bob@example.org")));
      told(request(null, rule), queued(), finished(Status.SUCCESS));
      look(
          sender(
              false,
              new FeedbackProperties.Mail(
                  "127.0.0.1", mail.getSmtp().getPort(), "ci@example.org", null, null, false)));
      await("the mail")
          .atMost(Duration.ofMinutes(1))
          .until(() -> mail.getReceivedMessages().length == 2);
      assertThat(mail.getReceivedMessages()[0].getSubject())
          .isEqualTo("[PipelineEnd] Demo #12 Success");
      assertThat(mail.getReceivedMessages()[0].getContent().toString())
          .contains("https://ci.example/#/executions/e00000001");
      assertThat(waiting()).isZero();
    } finally {
      mail.stop();
    }
  }
}

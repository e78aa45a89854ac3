package dev.archway.planner.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.event.StageEvent;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.status.Status;
import dev.archway.messaging.Outbox;
import dev.archway.planner.machine.ExecutionMachine;
import dev.archway.planner.machine.Request;
import dev.archway.planner.machine.SamplePlans;
import dev.archway.planner.machine.Signal;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A database of the schema's fourth version, with executions under way as that version wrote them
 * (the dump is never written anew), goes on after an upgrade.
 */
class UpgradeIT {
  private static final ExecutionId RUNNING = ExecutionId.of("e00000001");
  private static final Instant LATER = SamplePlans.NOW.plusSeconds(60);

  private final ExecutionMachine machine = new ExecutionMachine(2);

  @Test
  void onH2() {
    DataSource database =
        JdbcConnectionPool.create("jdbc:h2:mem:upgrade;DB_CLOSE_DELAY=-1", "sa", "");
    goesOn(database);
  }

  @Test
  void onPostgres() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
      goesOn(server.getPostgresDatabase());
    }
  }

  private void goesOn(DataSource database) {
    flyway(database).target("4").load().migrate();
    new ResourceDatabasePopulator(new ClassPathResource("earlier-schema/planner-V4.sql"))
        .execute(database);
    flyway(database).load().migrate();

    JdbcClient jdbc = JdbcClient.create(database);
    ExecutionStore store =
        new ExecutionStore(
            jdbc,
            new TransactionTemplate(new JdbcTransactionManager(database)),
            new Outbox(jdbc, () -> {}),
            new EventHub(),
            Clock.systemUTC());

    assertThat(store.list(ExecutionFilter.ALL, 10))
        .extracting(summary -> summary.id().value() + " " + summary.status().word())
        .containsExactlyInAnyOrder("e00000001 Running", "e00000002 Queued", "e00000003 Aborted");
    long told = store.told(RUNNING, 0).size();
    assertThat(told).isPositive();

    StageKey first = new StageKey(RUNNING, "amd", 1);
    List<Signal> reports =
        List.of(
            new Signal.StageReported(
                new StageEvent.StepFinished(
                    first, LATER, "push", Status.SUCCESS, 0, null, List.of(), 3)),
            new Signal.StageReported(
                new StageEvent.StageFinished(first, LATER, Status.SUCCESS, null)));
    assertThat(store.change(RUNNING, (request, state) -> machine.decide(request, state, reports)))
        .hasValueSatisfying(state -> assertThat(state.status()).isEqualTo(Status.RUNNING));
    assertThat(store.told(RUNNING, told)).isNotEmpty();
    assertThat(
            jdbc.sql(
                    "SELECT COUNT(*) FROM outbox WHERE topic = 'archway.stage-commands.linux-arm64'")
                .query(Integer.class)
                .single())
        .as("the second stage is commanded")
        .isEqualTo(1);

    Request next = SamplePlans.withId(ExecutionId.of("e00000009"), SamplePlans.twoStages(false));
    store.create(
        next,
        numbered ->
            machine.decide(
                numbered, ExecutionMachine.initial(numbered), new Signal.Submitted(LATER)));
    assertThat(store.find(next.id()))
        .hasValueSatisfying(stored -> assertThat(stored.request().sequence()).isEqualTo(4));
  }

  private static FluentConfiguration flyway(DataSource database) {
    return Flyway.configure().dataSource(database).locations("classpath:db/planner");
  }
}

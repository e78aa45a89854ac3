package dev.archway.executor.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.event.StageEvent.StageFinished;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.plan.StepPlan;
import dev.archway.executor.Samples;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What secrets reach, and what hides them: a part of {@link StageBehaviour}. */
interface SecretBehaviour extends StageUnderTest {
  @Test
  default void secretsAreGivenToStepsAndKeptOutOfTheirLogs() {
    StepPlan.Run print = Samples.run("print", "");
    StageFinished finished =
        run(
            print.with(
                print.image(),
                """
                echo "1 $TOKEN"; echo 2 '<+secrets.getValue("org.other")>'
                printf '3 value o'; sleep 0.3; echo 'f token'
                printf %s "$TOKEN" | base64; printf %s "$TOKEN" | wc -c >length
                [ "$(cat length)" = 14 ] && exit 3
                """,
                Map.of("TOKEN", "<+secrets.getValue(\"token\")>")));
    assertThat(reports().text("print"))
        .containsExactly(
            "1 **************", "2 **************", "3 **************", "**************");
    assertThat(failure(finished).logTail()).noneMatch(line -> line.contains("value of"));
    assertThat(failure(finished).exitCode()).isEqualTo(3);
  }

  /** A step that hands its variable SESSION on in secret. */
  static StepPlan.Run login(String command) {
    StepPlan.Run plain = Samples.run("login", command);
    return new StepPlan.Run(
        "login",
        "login",
        plain.timeout(),
        plain.image(),
        Objects.requireNonNull(plain.imageRegistry()),
        command,
        plain.shell(),
        Map.of(),
        plain.resources(),
        null,
        false,
        null,
        List.of(
            new StepPlan.Output("session", "SESSION", true), new StepPlan.Output("user", "OWNER")),
        List.of(),
        List.of(),
        false);
  }

  @Test
  default void secretOutputsReachLaterStepsAndNobodyElse() {
    StageKey key = Samples.key();
    StepPlan.Run use = Samples.run("use", "");
    StageFinished finished =
        run(
            stage(
                key,
                null,
                login("export SESSION=key-$((40 + 2))-of-ann; export OWNER=ann"),
                use.with(
                    use.image(),
                    """
                    echo '<+steps.login.output.outputVariables.session>' of <+steps.login.output.outputVariables.user>
                    printf %s "$SESSION" | base64; printf %s "$SESSION" | wc -c >length
                    [ "$(cat length)" = 13 ] && exit 3
                    """,
                    Map.of("SESSION", "<+steps.login.output.outputVariables.session>"))));
    assertThat(failure(finished).exitCode()).isEqualTo(3);
    assertThat(reports().text("use")).containsExactly("************** of ann", "**************");
    assertThat(reports().step("login").outputs()).isEqualTo(Map.of("user", "ann"));
    assertThat(reports().told().toString()).doesNotContain("key-42-of-ann");
    Awaitility.await().until(() -> worker().active() == 0);
    assertThat(StageDirectory.of(home().resolve("stages"), key).folder().resolve("secrets"))
        .doesNotExist();
  }
}

package dev.archway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.plan.ExecutionPlan;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a pipeline reads of the event that starts it. */
class EventValuesTest {
  private static final Map<String, Object> TRIGGER =
      Map.of(
          "branch",
          "x<+pipeline.executionId>",
          "header",
          Map.of("x-github-event", "push"),
          "payload",
          Map.of("commits", List.of(Map.of("id", "a1"), Map.of("id", "b2")), "size", 2));

  private static Compilation compile(String command, boolean foreign) {
    return Samples.compile(
        new PipelineSource(
            Samples.pipeline("stages:\n" + Samples.stage("a", command)),
            Map.of(),
            List.of(),
            List.of(),
            List.of(),
            null,
            new RunEvent("WEBHOOK", TRIGGER, Map.of(), foreign)));
  }

  private static String command(String command, boolean foreign) {
    ExecutionPlan plan = Samples.plan(compile(command, foreign));
    return String.valueOf(Samples.run(plan, 0).command());
  }

  @Test
  void payloadAndHeadersAreRead() {
    assertThat(
            command(
                "echo <+trigger.payload.size> <+eventPayload.size> <+trigger.header['X-GitHub-Event']> <+trigger.payload.none> <+pipeline.triggerType>",
                false))
        .isEqualTo("echo 2 2 push null WEBHOOK");
    assertThat(command("echo <+trigger.payload.commits[1].id>", false)).isEqualTo("echo b2");
  }

  @Test
  void whatAnEventSaysIsNeverEvaluated() throws Exception {
    String filled = command("echo <+trigger.branch>", false);
    assertThat(dev.archway.expression.Template.plain(filled))
        .contains("echo x<+pipeline.executionId>");
  }

  @Test
  void codeOfOthersReadsEmptySecrets() {
    assertThat(command("echo [<+secrets.getValue(\"door\")>]", true)).isEqualTo("echo []");
    assertThat(command("echo [<+secrets.getValue(\"door\")>]", false))
        .isEqualTo("echo [<+secrets.getValue(\"door\")>]");
  }
}

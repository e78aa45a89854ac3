package dev.archway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which expressions are known when, and which never. */
class ReferencesTest {
  private static final String STAGES =
      "stages:\n"
          + Samples.stage("one", "echo 1", "description: \"said of one\"")
          + Samples.stage("many", "echo 1")
              .replace(
                  "  cloneCodebase: false",
                  "  cloneCodebase: false\n      platforms: [linux/amd64, linux/arm64]")
          + Samples.stage("loop", "echo 1", "strategy: {repeat: {times: 2}}");

  private static Compilation reader(String expression, String... more) {
    return Samples.compile(
        Samples.pipeline(
            "variables: [{name: late, type: String, value: <+pipeline.sequenceId>}]\n"
                + STAGES
                + Samples.stage("reader", "echo " + expression, more)
                + Samples.stage("next", "echo 1")),
        Map.of());
  }

  private static final String OUT = ".spec.execution.steps.run.output.outputVariables.out>";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<+pipeline.stages.one" + OUT,
        "<+stages.one" + OUT,
        "<+pipeline.stages.many_linux_arm64" + OUT,
        "<+pipeline.stages.many.status>",
        "<+pipeline.stages.loop_1" + OUT,
        "<+pipeline.sequenceId>",
        "<+pipeline.executionId>",
        "<+pipeline.startTs>",
        "<+pipeline.variables.late>",
      })
  void isKnownDuringTheRun(String expression) {
    Compilation compilation = reader(expression);
    assertThat(Samples.problems(compilation)).isEmpty();
    String command = String.valueOf(Samples.run(Samples.plan(compilation), 5).command());
    assertThat(command).contains("<+").doesNotContain("variables.late");
    assertThat(Samples.plan(compilation).stages().get(5).needs()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "<+pipeline.stages.one.description>; said of one",
        "<+pipeline.stages.one.spec.infrastructure.spec.namespace>; default",
        "<+pipeline.stages.one.spec.execution.steps.run.spec.image>; alpine:latest",
        "<+execution.steps.run.spec.image>; alpine:latest",
        "<+stage.spec.infrastructure.type>; KubernetesDirect",
        "<+stage.type>; CI",
        "<+step.name>; run",
        "<+pipeline.triggerType>; MANUAL",
        "<+<+stage.name>==\"reader\"?\"yes\":\"no\">; yes",
        "<+<+pipeline.name>.concat(\"-\").concat(<+stage.identifier>)>; p-reader",
      })
  void isKnownBefore(String expression, String value) {
    Compilation compilation = reader(expression);
    assertThat(Samples.problems(compilation)).isEmpty();
    assertThat(Samples.run(Samples.plan(compilation), 5).command()).isEqualTo("echo " + value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "<+pipeline.stages.many" + OUT + "; name one run, such as many_linux_amd64",
        "<+pipeline.stages.loop" + OUT + "; name one run, such as loop_0",
        "<+pipeline.stages.next" + OUT + "; does not end before this one starts",
        "<+pipeline.stages.nobody" + OUT + "; the pipeline has no stage",
        "<+codebase.branch>; the pipeline has no codebase",
        "<+env.name>; deployment stages only",
        "<+variable.account.x>; not kept here",
        "<+secrets.x>; a secret is read as secrets.getValue",
        "<+pipeline.nonsense>; is never known",
        "<+pipeline.variables.late.length()>; known during the run only",
      })
  void isNeverKnown(String expression, String why) {
    Compilation compilation = reader(expression);
    assertThat(compilation).isInstanceOf(Compilation.Refused.class);
    assertThat(Samples.problems(compilation))
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.code()).isEqualTo("unsupported-expression");
          assertThat(problem.message()).contains(why);
          assertThat(problem.line()).isGreaterThan(1);
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<+trigger.branch>",
        "<+trigger.payload.pull_request.head.ref>",
        "<+trigger.header['X-Event']>",
        "<+eventPayload.ref.replace('a', 'b')>",
      })
  void whatAnEventWouldFillInStandsAsNull(String expression) {
    Compilation compilation = reader(expression);
    assertThat(Samples.problems(compilation))
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("no event started"));
    assertThat(Samples.run(Samples.plan(compilation), 5).command()).isEqualTo("echo null");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "<+trigger.event> == \"PR\"; false",
        "<+trigger.event> != \"PR\"; true",
        "<+trigger.event> == <+eventPayload.action>; true",
        "<+trigger.event> == null; true",
        "<+trigger.payload.ref>.startsWith(\"refs/tags\"); false",
        "!(<+trigger.type> == \"Webhook\") && <+pipeline.name> == \"p\"; true",
      })
  void conditionsCompareWithNothing(String condition, String holds) {
    Compilation compilation =
        reader("x", "when: {pipelineStatus: Success, condition: '%s'}".formatted(condition));
    assertThat(Samples.problems(compilation)).isEmpty();
    assertThat(String.valueOf(Samples.plan(compilation).stages().get(5).when().condition()))
        .isEqualTo(holds.equals("true") ? "null" : "false");
  }

  @Test
  void aFannedOutStageReadsItsOwnPlatforms() {
    String here = Samples.stage("reader", "echo <+pipeline.stages.many" + OUT);
    for (String platforms : List.of("[linux/arm64]", "[linux/arm64, linux/amd64]")) {
      Compilation compilation =
          Samples.compile(
              Samples.pipeline(
                  STAGES
                      + here.replace(
                          "  cloneCodebase: false",
                          "  cloneCodebase: false\n      platforms: " + platforms)),
              Map.of());
      assertThat(Samples.problems(compilation)).isEmpty();
    }
    assertThat(
            Samples.compile(
                Samples.pipeline(
                    STAGES
                        + here.replace(
                            "  cloneCodebase: false",
                            "  cloneCodebase: false\n      platforms: [linux/s390x]")),
                Map.of()))
        .isInstanceOf(Compilation.Refused.class);
  }
}

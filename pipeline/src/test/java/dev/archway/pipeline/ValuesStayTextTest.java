package dev.archway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.plan.CodeRef;
import dev.archway.contract.plan.ExecutionPlan;
import dev.archway.expression.ExpressionException;
import dev.archway.expression.Scope;
import dev.archway.expression.Template;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A value that comes from outside and looks like an expression is that text, in the plan and when
 * the run fills the plan in.
 */
class ValuesStayTextTest {
  private static final String EVIL = "<+pipeline.variables.other>";

  /** As the executor does it: everything that could be read is there to be read. */
  private static String filled(@Nullable String written) throws ExpressionException {
    String template = Objects.requireNonNull(written);
    return Template.parse(template).fill(_ -> new Scope.Found.Known("EVALUATED"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        EVIL,
        "<+secrets.getValue(\"token\")>",
        "a<+execution.steps.run.output.outputVariables.out>b",
        "<+'<'>+pipeline.name>",
        "<+<+pipeline.name>>",
        "<+input>",
        "<+input>.default(<+pipeline.name>)",
      })
  void anInputIsNeverEvaluated(String evil) throws ExpressionException {
    String yaml =
        Samples.pipeline(
            """
            variables:
              - {name: given, type: String, value: <+input>}
              - {name: other, type: String, value: EVALUATED}
            stages:
            """
                + Samples.stage(
                    "a",
                    "echo <+pipeline.variables.given> <<+stage.variables.own>",
                    "variables: [{name: own, type: String, value: <+pipeline.variables.given>}]"));
    ExecutionPlan plan = Samples.plan(Samples.compile(yaml, Map.of("given.value", evil)));
    assertThat(filled(Samples.run(plan, 0).command())).isEqualTo("echo " + evil + " <" + evil);
    assertThat(filled(Samples.run(plan, 0).environment().get("own"))).isEqualTo(evil);
  }

  /** Two harmless halves may not become one expression. */
  @Test
  void halvesDoNotJoin() throws ExpressionException {
    String yaml =
        Samples.pipeline(
            """
            variables:
              - {name: first, type: String, value: <+input>}
              - {name: second, type: String, value: <+input>}
            stages:
            """
                + Samples.stage("a", "<+pipeline.variables.first><+pipeline.variables.second>"));
    ExecutionPlan plan =
        Samples.plan(
            Samples.compile(
                yaml, Map.of("first.value", "<", "second.value", "+pipeline.executionId>")));
    assertThat(filled(Samples.run(plan, 0).command())).isEqualTo("<+pipeline.executionId>");
  }

  @Test
  void aConditionIsNoPlaceForAValue() {
    String yaml =
        Samples.pipeline(
            "stages:\n"
                + Samples.stage(
                    "a", "true", "when: {pipelineStatus: Success, condition: <+input>}"));
    assertThat(Samples.found(Samples.compile(yaml, Map.of("condition", "1 == 1 || " + EVIL))))
        .containsExactly("bad-value pipeline.stages.a.when.condition");
    assertThat(
            Samples.plan(Samples.compile(yaml, Map.of("condition", "false")))
                .stages()
                .getFirst()
                .when()
                .condition())
        .isEqualTo("false");
  }

  @Test
  void aMatrixOfGivenValuesIsOfText() throws ExpressionException {
    String yaml =
        Samples.pipeline(
            """
            variables:
              - {name: other, type: String, value: EVALUATED}
            stages:
            """
                + Samples.stage("a", "echo <+matrix.x>", "strategy: {matrix: {x: <+input>}}"));
    ExecutionPlan plan = Samples.plan(Samples.compile(yaml, Map.of("x", List.of(EVIL, "b"))));
    assertThat(plan.stages()).hasSize(2);
    assertThat(filled(Samples.run(plan, 0).command())).isEqualTo("echo " + EVIL);
  }

  @Test
  void aBranchIsNeverEvaluated() throws ExpressionException {
    String yaml =
        Samples.pipeline(
            """
            properties: {ci: {codebase: {connectorRef: sample, build: <+input>}}}
            stages:
            """
                + Samples.stage("a", "echo <+pipeline.properties.ci.codebase.build.spec.branch>"));
    String evil = "x<+pipeline.executionId>";
    ExecutionPlan plan =
        Samples.plan(Samples.compile(new PipelineSource(cloned(yaml), Map.of(), List.of(), evil)));
    assertThat(Objects.requireNonNull(plan.codebase()).ref()).isEqualTo(new CodeRef.Branch(evil));
    assertThat(filled(Samples.run(plan, 0).command())).isEqualTo("echo " + evil);
  }

  private static String cloned(String yaml) {
    return yaml.replace("cloneCodebase: false", "cloneCodebase: true");
  }

  /** The author's own documents are code, whichever of them it is. */
  @Test
  void anInputSetMayHoldExpressions() throws ExpressionException {
    String yaml =
        Samples.pipeline(
            """
            variables: [{name: given, type: String, value: <+input>}]
            stages:
            """
                + Samples.stage("a", "echo <+pipeline.variables.given>"));
    String set =
        "inputSet: {identifier: s, pipeline: {identifier: p, variables: [{name: given, type: String, value: <+pipeline.name>!}]}}";
    ExecutionPlan plan = Samples.plan(Samples.compile(yaml, Map.of(), List.of(set), List.of()));
    assertThat(Samples.run(plan, 0).command()).isEqualTo("echo p!");
  }
}

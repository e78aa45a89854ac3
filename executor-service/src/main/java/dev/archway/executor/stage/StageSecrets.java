package dev.archway.executor.stage;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.plan.Checkout;
import dev.archway.contract.plan.StepPlan;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.runtime.script.BuildScript;
import dev.archway.executor.runtime.script.StoreAccount;
import dev.archway.executor.secret.SecretSource;
import dev.archway.expression.Code;
import dev.archway.expression.ExpressionException;
import dev.archway.expression.Scope;
import dev.archway.expression.Secrets;
import dev.archway.expression.Template;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The secrets that one stage reads; whatever it has read is hidden in its log. Thread-safe. */
final class StageSecrets implements Secrets {
  /** The path that expressions find it under. */
  static final List<String> PATH = List.of("secrets");

  private final SecretSource source;
  private final dev.archway.contract.connector.Scope project;
  private final Masks masks = new Masks();

  /**
   * @param project whose secrets the stage's expressions name
   */
  StageSecrets(SecretSource source, dev.archway.contract.connector.Scope project) {
    this.source = source;
    this.project = project;
  }

  Masks masks() {
    return masks;
  }

  @Override
  public String value(String identifier) {
    String value = source.resolve(SecretRef.within(project, identifier));
    masks.add(value);
    return value;
  }

  /**
   * Reads every secret of the stage before its first line is told: a step may print what another
   * one was given, and a predecessor of this process may have given it.
   */
  void learn(StageSpec spec, StageScope scope) {
    for (StepPlan step : spec.stage().steps()) {
      Scope at = scope.at(step.id());
      passwords(spec, step).forEach(this::learn);
      if (step instanceof StepPlan.Run run) {
        Stream.concat(Stream.ofNullable(run.command()), run.environment().values().stream())
            .filter(Template::hasExpression)
            .forEach(text -> learn(text, at));
      } else if (step instanceof StepPlan.BuildAndPush build) {
        Stream.concat(build.buildArguments().values().stream(), build.secrets().values().stream())
            .filter(Template::hasExpression)
            .forEach(text -> learn(text, at));
      }
    }
  }

  private static Stream<SecretRef> passwords(StageSpec spec, StepPlan step) {
    return switch (step) {
      case StepPlan.Run run -> Stream.ofNullable(password(run.imageRegistry()));
      case StepPlan.BuildAndPush build ->
          BuildScript.registries(build).stream()
              .flatMap(registry -> Stream.ofNullable(password(registry)));
      case StepPlan.Clone clone -> {
        Checkout checkout = spec.checkout(clone);
        yield Stream.ofNullable(checkout == null ? null : checkout.connector().password());
      }
      case StepPlan.Transfer transfer -> Stream.of(StoreAccount.secret(transfer.store()));
      case StepPlan.PublishIndex _ -> Stream.empty();
    };
  }

  private static @Nullable SecretRef password(Connector.@Nullable DockerRegistry registry) {
    return registry == null ? null : registry.password();
  }

  private void learn(SecretRef secret) {
    try {
      masks.add(source.resolve(secret));
    } catch (RuntimeException e) {
      unknown(e);
    }
  }

  private static void learn(String text, Scope scope) {
    try {
      for (Template.Part part : Template.parse(text).parts()) {
        if (part instanceof Template.Part.Value(Code code) && code.references().contains(PATH)) {
          var _ = code.in(scope);
        }
      }
    } catch (ExpressionException e) {
      unknown(e);
    }
  }

  /** The step that needs it will say so. */
  private static void unknown(Exception e) {
    System.getLogger(StageSecrets.class.getName())
        .log(System.Logger.Level.DEBUG, "a secret is not known: {0}", e.getMessage());
  }
}

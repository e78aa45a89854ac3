package dev.archway.expression;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.apache.commons.jexl3.JexlArithmetic;
import org.apache.commons.jexl3.JexlBuilder;
import org.apache.commons.jexl3.JexlEngine;
import org.apache.commons.jexl3.JexlFeatures;
import org.apache.commons.jexl3.internal.introspection.Uberspect;
import org.apache.commons.jexl3.introspection.JexlMethod;
import org.apache.commons.jexl3.introspection.JexlPermissions;
import org.apache.commons.jexl3.introspection.JexlPropertyGet;
import org.apache.commons.jexl3.introspection.JexlPropertySet;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * JEXL without classes, constructors, assignments and loops: methods of text, numbers, lists and
 * maps alone, those by name, and patterns that end.
 */
final class Sandbox {
  static final JexlEngine ENGINE =
      new JexlBuilder()
          .features(
              new JexlFeatures()
                  .loops(false)
                  .newInstance(false)
                  .sideEffect(false)
                  .sideEffectGlobal(false)
                  .lambda(false)
                  .methodCall(true)
                  .annotation(false)
                  .pragma(false)
                  .register(false)
                  .localVar(false)
                  .importPragma(false)
                  .namespacePragma(false))
          .uberspect(new Reach())
          .arithmetic(new Words())
          .strict(false)
          .silent(false)
          .safe(true)
          .cache(512)
          .collectAll(true)
          .create();

  private Sandbox() {}

  /** The only methods there are. */
  private static final class Reach extends Uberspect {
    private static final Set<String> TEXT =
        Set.of(
            "charAt",
            "compareTo",
            "compareToIgnoreCase",
            "concat",
            "contains",
            "endsWith",
            "equals",
            "equalsIgnoreCase",
            "indexOf",
            "isBlank",
            "isEmpty",
            "lastIndexOf",
            "length",
            "startsWith",
            "strip",
            "stripLeading",
            "stripTrailing",
            "substring",
            "toLowerCase",
            "toString",
            "toUpperCase",
            "trim");
    private static final Set<String> COLLECTION =
        Set.of(
            "contains",
            "containsKey",
            "equals",
            "get",
            "indexOf",
            "isEmpty",
            "lastIndexOf",
            "size",
            "toString");
    private static final Set<String> PATTERN =
        Set.of("split", "matches", "replace", "replaceAll", "replaceFirst");
    private static final Set<String> JSON = Set.of("select", "list", "object");
    private static final Set<String> REGEX = Set.of("extract", "match", "replace");
    private static final Set<String> VALUE = Set.of("toString", "equals", "intValue", "longValue");

    Reach() {
      super(LogFactory.getLog(Sandbox.class), null, JexlPermissions.RESTRICTED);
    }

    @Override
    public @Nullable JexlMethod getMethod(Object on, String method, Object... arguments) {
      if (on instanceof String text) {
        if (PATTERN.contains(method)) {
          return new NamedMethod(method, args -> Patterns.method(method, text, args));
        }
        return TEXT.contains(method) ? super.getMethod(text, method, arguments) : null;
      }
      if (on instanceof Json) {
        return JSON.contains(method)
            ? new NamedMethod(method, args -> Json.call(method, args))
            : null;
      }
      if (on instanceof Patterns) {
        return REGEX.contains(method)
            ? new NamedMethod(method, args -> Patterns.function(method, args))
            : null;
      }
      if (on instanceof Secrets secrets) {
        return method.equals("getValue") && arguments.length == 1
            ? new NamedMethod(method, args -> secrets.value(String.valueOf(args[0])))
            : null;
      }
      if (on instanceof List<?> || on instanceof Map<?, ?>) {
        return COLLECTION.contains(method) ? super.getMethod(on, method, arguments) : null;
      }
      return (on instanceof Number || on instanceof Boolean) && VALUE.contains(method)
          ? super.getMethod(on, method, arguments)
          : null;
    }

    @Override
    public @Nullable JexlMethod getConstructor(Object type, Object... arguments) {
      return null;
    }

    @Override
    public @Nullable JexlPropertyGet getPropertyGet(
        List<PropertyResolver> resolvers, Object on, Object name) {
      boolean plain = on instanceof Map<?, ?> || on instanceof List<?> || on instanceof Object[];
      return plain ? super.getPropertyGet(resolvers, on, name) : null;
    }

    @Override
    public @Nullable JexlPropertySet getPropertySet(
        List<PropertyResolver> resolvers, Object on, Object name, Object value) {
      return null;
    }
  }

  /** A method of ours. */
  private record NamedMethod(String name, Function<Object[], @Nullable Object> body)
      implements JexlMethod {
    @Override
    public @Nullable Object invoke(Object on, Object... arguments) {
      return body.apply(arguments);
    }

    @Override
    public @Nullable Object tryInvoke(String method, Object on, Object... arguments) {
      return invoke(on, arguments);
    }

    @Override
    public boolean tryFailed(@Nullable Object value) {
      return Objects.equals(value, JexlEngine.TRY_FAILED);
    }

    @Override
    public boolean isCacheable() {
      return false;
    }

    @Override
    public Class<?> getReturnType() {
      return Object.class;
    }
  }

  /** Harness's ideas of text: {@code +} joins it, and anything but {@code false} is true. */
  private static final class Words extends JexlArithmetic {
    Words() {
      super(false);
    }

    @Override
    public Object add(@Nullable Object left, @Nullable Object right) {
      if (left instanceof CharSequence || right instanceof CharSequence) {
        String joined = Code.text(left) + Code.text(right);
        if (joined.length() > Patterns.LONGEST) {
          throw new ArithmeticException("the text becomes too long");
        }
        return joined;
      }
      return super.add(left, right);
    }

    @Override
    public boolean toBoolean(@Nullable Object value) {
      return value instanceof CharSequence ? Code.truth(value) : super.toBoolean(value);
    }

    @Override
    public @Nullable Boolean contains(@Nullable Object container, @Nullable Object value) {
      if (container instanceof String pattern) {
        return (value != null) && BoundedText.matches(pattern, value.toString());
      }
      boolean absent = container == null || value == null;
      return absent ? Boolean.FALSE : super.contains(container, value);
    }
  }
}

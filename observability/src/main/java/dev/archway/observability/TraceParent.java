package dev.archway.observability;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The place in a trace as text, in the form of HTTP's header {@code traceparent} (W3C Trace
 * Context, level 1, section 3.2), so that it can lie in a database or travel with a record.
 */
public final class TraceParent {
  /**
   * The header of Kafka records that carries it: the attribute of CloudEvents' extension
   * "Distributed Tracing". Libraries write {@code traceparent} for the hop alone.
   */
  public static final String HEADER = "ce_traceparent";

  private static final Pattern FORM =
      Pattern.compile("00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})");

  private TraceParent() {}

  /** This thread's place; null when it is in no trace. */
  public static @Nullable String current() {
    return of(Span.current());
  }

  /** The place of a span; null when it is not recorded anywhere. */
  public static @Nullable String of(Span span) {
    SpanContext context = span.getSpanContext();
    return context.isValid()
        ? "00-%s-%s-%s"
            .formatted(context.getTraceId(), context.getSpanId(), context.getTraceFlags().asHex())
        : null;
  }

  /**
   * The context below which spans belong to that place.
   *
   * @param traceparent null, or anything but a traceparent, begins a trace of its own: whoever sent
   *     it, no work is refused because of it
   */
  static Context context(@Nullable String traceparent) {
    Matcher parts = FORM.matcher(traceparent == null ? "" : traceparent);
    if (!parts.matches()) {
      return Context.root();
    }
    return Context.root()
        .with(
            Span.wrap(
                SpanContext.createFromRemoteParent(
                    parts.group(1),
                    parts.group(2),
                    TraceFlags.fromHex(parts.group(3), 0),
                    TraceState.getDefault())));
  }
}

package dev.archway.observability;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the spans of work that no library sees, below the place that came with the work.
 * Thread-safe.
 */
public final class Traces {
  private final Tracer tracer;

  public Traces(OpenTelemetry telemetry) {
    this.tracer = telemetry.getTracer("dev.archway");
  }

  /** Traces that go nowhere. */
  public static Traces none() {
    return new Traces(OpenTelemetry.noop());
  }

  /**
   * Does work taken from the bus within a span; what it sends belongs to that span.
   *
   * @param name few different ones, such as {@code image.verify}
   * @param traceparent see {@link TraceParent}; null for a trace of its own
   * @param attributes what tells this span from others
   */
  public void within(
      String name, @Nullable String traceparent, Map<String, String> attributes, Runnable work) {
    Span span = builder(name, traceparent, attributes).setSpanKind(SpanKind.CONSUMER).startSpan();
    try (Scope _ = span.makeCurrent()) {
      work.run();
    } catch (RuntimeException e) {
      span.recordException(e);
      var _ = span.setStatus(StatusCode.ERROR);
      throw e;
    } finally {
      span.end();
    }
  }

  /** Begins a span that the caller ends, which may be hours later and in another thread. */
  public Span begin(
      String name, @Nullable String traceparent, Map<String, String> attributes, Instant at) {
    return builder(name, traceparent, attributes).setStartTimestamp(at).startSpan();
  }

  private SpanBuilder builder(
      String name, @Nullable String traceparent, Map<String, String> attributes) {
    SpanBuilder builder = tracer.spanBuilder(name).setParent(TraceParent.context(traceparent));
    attributes.forEach(builder::setAttribute);
    return builder;
  }
}

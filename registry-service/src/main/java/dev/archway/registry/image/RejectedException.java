package dev.archway.registry.image;

import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.FailureReason;
import dev.archway.registry.index.IndexRefusedException;
import dev.archway.registry.oci.OciException;
import java.io.Serial;
import java.util.function.Supplier;

/** The work is over without success, for this reason. */
public final class RejectedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  RejectedException(Failure failure, Throwable cause) {
    super(failure.message(), cause);
    this.failure = failure;
  }

  RejectedException(Failure failure) {
    super(failure.message());
    this.failure = failure;
  }

  /** Why, for the record. */
  public Failure failure() {
    return failure;
  }

  /**
   * Runs work at a registry and turns the ways in which it can fail into failures for the record.
   *
   * @param missing the reason when something is not at the registry
   * @param refused the reason when the registry did not do what it was asked
   */
  static <T> T translating(FailureReason missing, FailureReason refused, Supplier<T> work) {
    try {
      return work.get();
    } catch (OciException e) {
      Failure failure =
          switch (e.kind()) {
            case UNAVAILABLE -> Failure.retryable(refused, e.getMessage());
            case NOT_FOUND -> Failure.of(missing, e.getMessage());
            case DENIED, REFUSED -> Failure.of(refused, e.getMessage());
            case MISMATCH -> Failure.of(FailureReason.REGISTRY_MISMATCH, e.getMessage());
          };
      throw new RejectedException(failure, e);
    } catch (UnusableImageException e) {
      throw new RejectedException(Failure.of(FailureReason.REGISTRY_MISMATCH, e.getMessage()), e);
    } catch (IndexRefusedException e) {
      throw new RejectedException(Failure.of(FailureReason.INVALID_SPEC, e.getMessage()), e);
    } catch (CredentialsUnavailableException e) {
      throw new RejectedException(Failure.of(FailureReason.SECRET_UNAVAILABLE, e.getMessage()), e);
    }
  }
}

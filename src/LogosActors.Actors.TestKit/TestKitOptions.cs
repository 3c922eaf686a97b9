namespace LogosActors.Actors.TestKit;

/// <summary>Settings of a <see cref="ActorTestKit"/>. Immutable; checked when set.</summary>
public sealed record TestKitOptions
{
    /// <summary>How long an expectation waits that does not say how long.</summary>
    /// <value>Default 3 s (as Akka's single-expect-default). Range 1 ms – 1 h.</value>
    public TimeSpan ExpectTimeout
    {
        get;
        init => field = OptionRange.Check(
            value, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), $"{nameof(TestKitOptions)}.{nameof(ExpectTimeout)}");
    } = TimeSpan.FromSeconds(3);

    /// <summary>How long nothing may happen where an expectation of nothing does not say how long.</summary>
    /// <value>Default 100 ms (as Akka's expect-no-message-default). Range 1 ms – 1 h.</value>
    public TimeSpan ExpectNothingFor
    {
        get;
        init => field = OptionRange.Check(
            value, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), $"{nameof(TestKitOptions)}.{nameof(ExpectNothingFor)}");
    } = TimeSpan.FromMilliseconds(100);
}

/// <summary>What a test expected did not happen, or something else did.</summary>
public sealed class ExpectationFailedException(string message, Exception? innerException = null) : Exception(message, innerException);

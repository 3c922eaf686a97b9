using System.Diagnostics.CodeAnalysis;

namespace LogosActors.Delivery;

/// <summary>What came of an operation that may fail in ways that an application must expect.</summary>
/// <typeparam name="TValue">What it yields.</typeparam>
/// <typeparam name="TError">Why it did not.</typeparam>
public sealed record Result<TValue, TError>
    where TValue : notnull
    where TError : class
{
    Result(TValue? value, TError? error) => (Value, Error) = (value, error);

    /// <summary>Whether it succeeded.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null;

    /// <summary>What it yielded.</summary>
    public TValue? Value { get; }

    /// <summary>Why it failed.</summary>
    public TError? Error { get; }

    /// <summary>A success.</summary>
    public static implicit operator Result<TValue, TError>(TValue value) => new(value, null);

    /// <summary>A failure.</summary>
    public static implicit operator Result<TValue, TError>(TError error) => new(default, error);
}

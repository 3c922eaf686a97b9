namespace LogosActors.Delivery.Events;

/// <summary>Removes a handler, once.</summary>
/// <param name="remove">Removes it.</param>
public sealed class HandlerRegistration(Action remove) : IDisposable
{
    Action? _remove = remove;

    /// <summary>Removes the handler, unless it was removed.</summary>
    public void Dispose() => Interlocked.Exchange(ref _remove, null)?.Invoke();
}

package org.linli.handheld

import android.Manifest
import android.app.Activity
import android.content.Intent
import android.os.Build
import android.os.Handler
import android.os.Looper
import androidx.activity.result.ActivityResult
import androidx.appcompat.app.AppCompatActivity
import app.tauri.PermissionState
import app.tauri.annotation.ActivityCallback
import app.tauri.annotation.Command
import app.tauri.annotation.InvokeArg
import app.tauri.annotation.Permission
import app.tauri.annotation.PermissionCallback
import app.tauri.annotation.TauriPlugin
import app.tauri.plugin.Channel
import app.tauri.plugin.Invoke
import app.tauri.plugin.JSObject
import app.tauri.plugin.Plugin

@InvokeArg
class WatchArgs {
  lateinit var channel: Channel
}

@InvokeArg
class TrackArgs {
  var keep: Boolean = false
}

@InvokeArg
class BrightnessArgs {
  /** From 0 to 1; nothing for what the person set in the system. */
  var level: Float? = null
}

/**
 * What the engine and the screens use of the phone. `watch`, `askPosition` and `setTrack` are called by
 * `app-mobile/src/field/android.rs` only; what screens may call stands in `capabilities/field.json`.
 */
@TauriPlugin(
  permissions = [
    Permission(
      strings = [Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION],
      alias = "position",
    ),
    Permission(strings = [Manifest.permission.CAMERA], alias = "camera"),
    Permission(strings = [Manifest.permission.POST_NOTIFICATIONS], alias = "notification"),
  ],
)
class FieldPlugin(private val activity: Activity) : Plugin(activity) {
  private val main = Handler(Looper.getMainLooper())
  private var channel: Channel? = null
  private val positions = Positions(activity, ::tell)
  private val machine = MachineState(activity, ::tell)
  private val scanKey = ScanKey(activity, ::tell)
  private var isTracking = false
  private var isInFront = true

  /** From now on everything that changes is told through the channel. */
  @Command
  fun watch(invoke: Invoke) {
    channel = invoke.parseArgs(WatchArgs::class.java).channel
    main.post {
      machine.start()
      scanKey.start()
    }
    invoke.resolve()
  }

  /** Asks for the right to know the position, if it is not given yet, and begins to listen. */
  @Command
  fun askPosition(invoke: Invoke) {
    if (getPermissionState("position") == PermissionState.GRANTED) {
      positionAnswered(invoke)
    } else {
      requestPermissionForAlias("position", invoke, "positionAnswered")
    }
  }

  @PermissionCallback
  fun positionAnswered(invoke: Invoke) {
    main.post { positions.start() }
    invoke.resolve()
  }

  /** Keeps positions coming behind a dark screen, for as long as a track is kept. */
  @Command
  fun setTrack(invoke: Invoke) {
    isTracking = invoke.parseArgs(TrackArgs::class.java).keep
    if (isTracking && needsNotificationRight()) {
      // The track runs with or without it; with it the person sees that it runs.
      requestPermissionForAlias("notification", invoke, "notificationAnswered")
    } else {
      notificationAnswered(invoke)
    }
  }

  @PermissionCallback
  fun notificationAnswered(invoke: Invoke) {
    main.post {
      if (isTracking && positions.isAllowed()) {
        positions.start()
        TrackService.start(activity)
      } else {
        TrackService.stop(activity)
        if (!isInFront) positions.pause()
      }
    }
    invoke.resolve()
  }

  /** Opens the camera page. Answers `{ jpeg: <base64>, turn: <degrees> }`, or `{}` when none was taken. */
  @Command
  fun takePhoto(invoke: Invoke) {
    if (getPermissionState("camera") == PermissionState.GRANTED) {
      cameraAnswered(invoke)
    } else {
      requestPermissionForAlias("camera", invoke, "cameraAnswered")
    }
  }

  @PermissionCallback
  fun cameraAnswered(invoke: Invoke) {
    if (getPermissionState("camera") == PermissionState.GRANTED) {
      startActivityForResult(invoke, Intent(activity, CameraActivity::class.java), "photoTaken")
    } else {
      invoke.reject("camera", "NOT_ALLOWED")
    }
  }

  @ActivityCallback
  fun photoTaken(invoke: Invoke, result: ActivityResult) {
    val photo = CameraActivity.collect()
    if (result.resultCode == CameraActivity.RESULT_FAILED) {
      invoke.reject("camera", "NOT_AVAILABLE")
    } else {
      invoke.resolve(photo ?: JSObject())
    }
  }

  /** Full brightness for noon outdoors, or back to what the person set. Only our own window changes. */
  @Command
  fun setBrightness(invoke: Invoke) {
    val level = invoke.parseArgs(BrightnessArgs::class.java).level
    main.post {
      activity.window.attributes = activity.window.attributes.apply {
        screenBrightness = level?.coerceIn(0.05f, 1f) ?: -1f
      }
    }
    invoke.resolve()
  }

  override fun onResume(activity: AppCompatActivity) {
    isInFront = true
    // The person may have given the right in the system's settings meanwhile.
    positions.resume()
    if (channel != null) {
      machine.start()
      scanKey.start()
    }
  }

  override fun onPause(activity: AppCompatActivity) {
    isInFront = false
    scanKey.stop()
    if (!isTracking) {
      positions.pause()
    }
  }

  override fun onDestroy(activity: AppCompatActivity) {
    positions.pause()
    machine.stop()
    scanKey.stop()
    TrackService.stop(activity)
  }

  private fun needsNotificationRight() =
    Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU &&
      getPermissionState("notification") != PermissionState.GRANTED

  private fun tell(what: JSObject) {
    channel?.send(what)
  }
}

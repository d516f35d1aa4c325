package org.linli.handheld

import android.app.Activity
import android.os.Bundle
import android.util.Base64
import android.util.TypedValue
import android.view.Gravity
import android.widget.Button
import android.widget.FrameLayout
import android.widget.Toast
import androidx.appcompat.app.AppCompatActivity
import androidx.camera.core.CameraSelector
import androidx.camera.core.ImageCapture
import androidx.camera.core.ImageCaptureException
import androidx.camera.core.ImageProxy
import androidx.camera.core.Preview
import androidx.camera.lifecycle.ProcessCameraProvider
import androidx.camera.view.PreviewView
import androidx.core.content.ContextCompat
import app.tauri.plugin.JSObject

/**
 * Preview and one shutter. The picture stays in memory and is handed over once: an unencrypted file of it
 * never exists. The screens make it smaller and the engine encrypts it.
 */
class CameraActivity : AppCompatActivity() {
  companion object {
    const val RESULT_FAILED = Activity.RESULT_FIRST_USER

    private var taken: JSObject? = null

    /** The picture as base64 and by how many degrees to turn it clockwise; once. */
    fun collect(): JSObject? = taken.also { taken = null }
  }

  private val capture = ImageCapture.Builder()
    .setCaptureMode(ImageCapture.CAPTURE_MODE_MINIMIZE_LATENCY)
    .build()
  private lateinit var preview: PreviewView
  private lateinit var shutter: Button

  override fun onCreate(savedInstanceState: Bundle?) {
    super.onCreate(savedInstanceState)
    collect()
    preview = PreviewView(this)
    shutter = Button(this).apply {
      text = getString(R.string.shutter)
      isEnabled = false
      setTextSize(TypedValue.COMPLEX_UNIT_SP, 22f)
      setOnClickListener { shoot() }
    }
    val frame = FrameLayout(this).apply {
      fitsSystemWindows = true
      addView(preview)
      addView(
        shutter,
        FrameLayout.LayoutParams(
          FrameLayout.LayoutParams.MATCH_PARENT, dp(88), Gravity.BOTTOM,
        ).apply { setMargins(dp(20), 0, dp(20), dp(24)) },
      )
    }
    setContentView(frame)
    val provider = ProcessCameraProvider.getInstance(this)
    provider.addListener({
      try {
        bind(provider.get())
      } catch (ignored: Exception) {
        fail()
      }
    }, ContextCompat.getMainExecutor(this))
  }

  private fun bind(cameras: ProcessCameraProvider) {
    val picture = Preview.Builder().build()
    picture.setSurfaceProvider(preview.surfaceProvider)
    cameras.unbindAll()
    cameras.bindToLifecycle(this, CameraSelector.DEFAULT_BACK_CAMERA, picture, capture)
    shutter.isEnabled = true
  }

  private fun shoot() {
    shutter.isEnabled = false
    capture.takePicture(
      ContextCompat.getMainExecutor(this),
      object : ImageCapture.OnImageCapturedCallback() {
        override fun onCaptureSuccess(image: ImageProxy) {
          // The format of a capture without a file is JPEG: one plane with all of its bytes.
          taken = image.use { picture ->
            val buffer = picture.planes[0].buffer
            val bytes = ByteArray(buffer.remaining()).also { buffer.get(it) }
            JSObject().apply {
              put("jpeg", Base64.encodeToString(bytes, Base64.NO_WRAP))
              put("turn", picture.imageInfo.rotationDegrees)
            }
          }
          setResult(RESULT_OK)
          finish()
        }

        override fun onError(exception: ImageCaptureException) = fail()
      },
    )
  }

  private fun fail() {
    Toast.makeText(this, R.string.camera_failed, Toast.LENGTH_LONG).show()
    setResult(RESULT_FAILED)
    finish()
  }

  private fun dp(value: Int) = (value * resources.displayMetrics.density).toInt()
}
